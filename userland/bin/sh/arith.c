/*
 * Arithmetic: C's integer expressions, over intmax_t that wraps around.
 *
 * By precedence climbing. Where C does not evaluate an operand it is parsed all the same, with `skipping`
 * set: nothing is assigned and no division fails.
 */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sh.h"

struct arith {
	const char *p;
	const char *whole;
	int skipping;
};

struct operand {
	intmax_t value;
	char *name;			/* null: not a variable */
};

static struct operand parse_assignment(struct arith *);
static struct operand parse_unary(struct arith *);

static void
arith_error(const struct arith *a, const char *what)
{
	fatal("arithmetic expression: %s: \"%s\"", what, a->whole);
}

static void
skip_space(struct arith *a)
{
	while (isspace((unsigned char)*a->p))
		a->p++;
}

/* A constant as C writes it, all of `s` but for blanks around it. */
bool
parse_integer(const char *s, intmax_t *value)
{
	char *end;

	errno = 0;
	*value = strtoimax(s, &end, 0);
	if (end == s)
		return false;
	if (errno == ERANGE && s[strspn(s, " \t\n")] != '-')
		*value = (intmax_t)strtoumax(s, &end, 0);
	while (isspace((unsigned char)*end))
		end++;
	return *end == '\0';
}

static intmax_t
value_of(const struct operand *o)
{
	const char *text;
	intmax_t value;

	if (o->name == NULL)
		return o->value;
	text = strcmp(o->name, "LINENO") == 0 ? temp_number(exec_line) : var_get(o->name);
	if (text == NULL && options[OPT_NOUNSET])
		fatal("%s: parameter not set", o->name);
	if (text == NULL || text[strspn(text, " \t\n")] == '\0')
		return 0;
	if (!parse_integer(text, &value))
		fatal("Illegal number: %s", text);
	return value;
}

static void
assign(const struct arith *a, const struct operand *o, intmax_t value)
{
	if (o->name == NULL)
		arith_error(a, "assignment to what is not a variable");
	if (!a->skipping)
		var_set_number(o->name, value);
}

/* The operand's value, unless it is not wanted and a variable might have none. */
static intmax_t
wanted(const struct arith *a, const struct operand *o)
{
	return a->skipping ? 0 : value_of(o);
}

static struct operand
constant(intmax_t value)
{
	return (struct operand){ .value = value };
}

static struct operand
parse_number(struct arith *a)
{
	char *end;
	uintmax_t value = strtoumax(a->p, &end, 0);

	if (end == a->p || isalnum((unsigned char)*end) || *end == '_')
		arith_error(a, "bad number");
	a->p = end;
	return constant((intmax_t)value);
}

static struct operand
parse_primary(struct arith *a)
{
	struct operand o = { 0 };
	size_t length;

	skip_space(a);
	if (*a->p == '(') {
		a->p++;
		o = parse_assignment(a);
		skip_space(a);
		if (*a->p != ')')
			arith_error(a, "expecting ')'");
		a->p++;
		return constant(wanted(a, &o));
	}
	if (isdigit((unsigned char)*a->p))
		return parse_number(a);
	length = name_length(a->p);
	if (length == 0)
		arith_error(a, "expecting primary");
	o.name = arena_strndup(&temporary, a->p, length);
	a->p += length;
	return o;
}

static struct operand
parse_postfix(struct arith *a)
{
	struct operand o = parse_primary(a);
	intmax_t old;
	bool up;

	skip_space(a);
	if (o.name == NULL || !(strncmp(a->p, "++", 2) == 0 || strncmp(a->p, "--", 2) == 0))
		return o;
	up = *a->p == '+';
	a->p += 2;
	old = wanted(a, &o);
	assign(a, &o, (intmax_t)((uintmax_t)old + (up ? 1 : (uintmax_t)-1)));
	return constant(old);
}

/* ++ and -- before a variable; before anything else they are two signs. */
static bool
parse_increment(struct arith *a, struct operand *result)
{
	const char *after = a->p + 2;
	uintmax_t step = *a->p == '+' ? 1 : (uintmax_t)-1;
	struct operand o;

	while (isspace((unsigned char)*after))
		after++;
	if (a->p[0] != a->p[1] || name_length(after) == 0)
		return false;
	a->p = after;
	o = parse_primary(a);
	*result = constant((intmax_t)((uintmax_t)wanted(a, &o) + step));
	assign(a, &o, result->value);
	return true;
}

static struct operand
parse_unary(struct arith *a)
{
	struct operand o;
	char operator;

	check_stack();
	skip_space(a);
	operator = *a->p;
	if (operator == '\0' || strchr("+-!~", operator) == NULL)
		return parse_postfix(a);
	if ((operator == '+' || operator == '-') && parse_increment(a, &o))
		return o;
	a->p++;
	o = parse_unary(a);
	o.value = wanted(a, &o);
	switch (operator) {
	case '-':
		return constant((intmax_t)-(uintmax_t)o.value);
	case '!':
		return constant(!o.value);
	case '~':
		return constant(~o.value);
	default:
		return constant(o.value);
	}
}

static const struct binary {
	char text[3];
	int precedence;
} binaries[] = {
	/* Longer ones first. */
	{ "||", 1 }, { "&&", 2 }, { "==", 6 }, { "!=", 6 }, { "<=", 7 }, { ">=", 7 }, { "<<", 8 }, { ">>", 8 },
	{ "|", 3 }, { "^", 4 }, { "&", 5 }, { "<", 7 }, { ">", 7 }, { "+", 9 }, { "-", 9 }, { "*", 10 },
	{ "/", 10 }, { "%", 10 },
};

/* Is this operator with an equals sign an assignment? */
static bool
assigns(const char *operator)
{
	if (strcmp(operator, "<<") == 0 || strcmp(operator, ">>") == 0)
		return true;
	return operator[1] == '\0' && strchr("|^&+-*/%", operator[0]) != NULL;
}

/* The binary operator that is next; null if none is, an assignment's for instance. */
static const struct binary *
next_binary(struct arith *a)
{
	skip_space(a);
	for (size_t i = 0; *a->p != '\0' && i < nitems(binaries); i++) {
		const struct binary *b = &binaries[i];
		size_t length = b->text[1] == '\0' ? 1 : 2;

		if (a->p[0] != b->text[0] || (length == 2 && a->p[1] != b->text[1]))
			continue;
		if (a->p[length] == '=' && assigns(b->text))
			return NULL;
		return b;
	}
	return NULL;
}

static intmax_t
divide(const struct arith *a, char operator, intmax_t left, intmax_t right)
{
	if (a->skipping)
		return 0;
	if (right == 0)
		arith_error(a, "division by zero");
	if (right == -1)
		return operator == '/' ? (intmax_t)-(uintmax_t)left : 0;
	return operator == '/' ? left / right : left % right;
}

static intmax_t
compute(const struct arith *a, const char *operator, intmax_t left, intmax_t right)
{
	uintmax_t l = (uintmax_t)left, r = (uintmax_t)right;
	bool doubled = operator[1] == operator[0], or_equal = operator[1] == '=';

	switch (operator[0]) {
	case '+':
		return (intmax_t)(l + r);
	case '-':
		return (intmax_t)(l - r);
	case '*':
		return (intmax_t)(l * r);
	case '/':
	case '%':
		return divide(a, operator[0], left, right);
	case '<':
		if (doubled)
			return (intmax_t)(l << (r & 63));
		return or_equal ? left <= right : left < right;
	case '>':
		if (doubled)
			return left >> (r & 63);
		return or_equal ? left >= right : left > right;
	case '=':
		return left == right;
	case '!':
		return left != right;
	case '&':
		return left & right;
	case '^':
		return left ^ right;
	default:
		return left | right;
	}
}

static struct operand
parse_binary(struct arith *a, int lowest)
{
	struct operand left = parse_unary(a);
	const struct binary *b;

	while ((b = next_binary(a)) != NULL && b->precedence >= lowest) {
		intmax_t value = wanted(a, &left);
		bool logical = b->precedence <= 2, decided;
		struct operand right;

		a->p += strlen(b->text);
		decided = logical && (b->text[0] == '|' ? value != 0 : value == 0);
		a->skipping += decided;
		right = parse_binary(a, b->precedence + 1);
		right.value = wanted(a, &right);
		a->skipping -= decided;
		if (logical)
			left = constant(decided ? value != 0 : right.value != 0);
		else
			left = constant(compute(a, b->text, value, right.value));
	}
	return left;
}

static struct operand
parse_conditional(struct arith *a)
{
	struct operand condition = parse_binary(a, 1), yes, no;
	bool holds;

	skip_space(a);
	if (*a->p != '?')
		return condition;
	a->p++;
	holds = wanted(a, &condition) != 0;
	a->skipping += !holds;
	yes = parse_assignment(a);
	yes.value = wanted(a, &yes);
	a->skipping -= !holds;
	skip_space(a);
	if (*a->p != ':')
		arith_error(a, "expecting ':'");
	a->p++;
	a->skipping += holds;
	no = parse_conditional(a);
	no.value = wanted(a, &no);
	a->skipping -= holds;
	return constant(holds ? yes.value : no.value);
}

static struct operand
parse_assignment(struct arith *a)
{
	static const char operators[][4] = { "<<=", ">>=", "+=", "-=", "*=", "/=", "%=", "&=", "^=", "|=" };
	struct operand left, right;
	char operator[4] = "";

	check_stack();
	left = parse_conditional(a);
	skip_space(a);
	if (*a->p == '=' && a->p[1] != '=')
		a->p++;
	else {
		size_t i = 0;

		if (*a->p == '\0' || *a->p == ')')
			return left;
		while (i < nitems(operators) && strncmp(a->p, operators[i], strlen(operators[i])) != 0)
			i++;
		if (i == nitems(operators))
			return left;
		strcpy(operator, operators[i]);
		a->p += strlen(operator);
		operator[strlen(operator) - 1] = '\0';
	}
	right = parse_assignment(a);
	right.value = wanted(a, &right);
	if (*operator != '\0')
		right.value = compute(a, operator, wanted(a, &left), right.value);
	assign(a, &left, right.value);
	return constant(right.value);
}

intmax_t
arith(const char *expression)
{
	struct arith a = { .p = expression, .whole = expression };
	struct operand o;

	skip_space(&a);
	if (*a.p == '\0')
		return 0;
	o = parse_assignment(&a);
	while (skip_space(&a), *a.p == ',') {
		a.p++;
		o = parse_assignment(&a);
	}
	if (*a.p != '\0')
		arith_error(&a, "unexpected characters");
	return value_of(&o);
}
