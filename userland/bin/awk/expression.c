/*
 * Expressions, by rising precedence.
 */
#include "awk.h"

#include <stdlib.h>
#include <string.h>

static bool in_print;	/* > is redirection, unless in parentheses */

static struct node *ternary(void);
static struct node *unary(void);

static char **names;
int global_count;

static int
add_global(const char *name)
{
	names = need(realloc(names, (size_t)(global_count + 1) * sizeof(char *)));
	globals = need(realloc(globals, (size_t)(global_count + 1) * sizeof(*globals)));
	memset(&globals[global_count], 0, sizeof(*globals));
	names[global_count] = need(strdup(name));
	return global_count++;
}

static void
set_text(int variable, const char *text)
{
	set_global(variable, string_value(new_string(text, strlen(text))));
}

void
begin_globals(void)
{
	static const char *const known[] = {
		"NF", "NR", "FNR", "FS", "OFS", "ORS", "RS", "FILENAME", "SUBSEP", "RSTART", "RLENGTH", "CONVFMT", "OFMT",
		"ENVIRON", "ARGC", "ARGV",
	};

	for (int i = 0; i < V_COUNT; i++)
		add_global(known[i]);
	set_text(V_FS, " ");
	set_text(V_OFS, " ");
	set_text(V_ORS, "\n");
	set_text(V_RS, "\n");
	set_text(V_SUBSEP, "\034");
	set_text(V_CONVFMT, "%.6g");
	set_text(V_OFMT, "%.6g");
	set_global(V_NF, number_value(0));
	set_global(V_NR, number_value(0));
	set_global(V_FNR, number_value(0));
	set_global(V_RSTART, number_value(0));
	set_global(V_RLENGTH, number_value(-1));
}

int
global_number(const char *name)
{
	for (int i = 0; i < global_count; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return add_global(name);
}

bool
is_lvalue(const struct node *n)
{
	return n->kind == N_GLOBAL || n->kind == N_LOCAL || n->kind == N_FIELD || n->kind == N_ELEMENT;
}

/* Expressions separated by commas, up to a character, which is consumed. */
static struct node *
list(int close)
{
	struct node *n = NULL, **end = &n;
	bool outer = in_print;

	in_print = false;
	skip_newlines();
	while (!is_char(close)) {
		*end = ternary();
		end = &(*end)->next;
		skip_newlines();
		if (!is_char(close)) {
			expect_char(',');
			skip_newlines();
		}
	}
	in_print = outer;
	next_token();
	return n;
}

static struct node *
variable(const char *name)
{
	if (current_function != NULL)
		for (int i = 0; i < current_function->count; i++)
			if (strcmp(current_function->parameters[i], name) == 0)
				return new_node(N_LOCAL, i, NULL, NULL, NULL);
	return new_node(N_GLOBAL, global_number(name), NULL, NULL, NULL);
}

/* A variable or an element. */
struct node *
parse_name(void)
{
	struct node *n;

	if (token != T_NAME)
		syntax("expected a name");
	n = variable(token_name);
	next_token();
	if (!accept_char('['))
		return n;
	n = new_node(N_ELEMENT, 0, n, list(']'), NULL);
	if (n->b == NULL)
		syntax("a subscript is missing");
	return n;
}

static struct node *
call(void)
{
	struct node *n = new_node(N_CALL, 0, NULL, NULL, NULL);

	n->function = find_function(token_name);
	next_token();
	next_token();
	n->a = list(')');
	return n;
}

static struct node *
builtin(void)
{
	struct node *n = new_node(N_BUILTIN, token_builtin, NULL, NULL, NULL);

	next_token();
	if (accept_char('('))
		n->a = list(')');
	else if (n->op != F_LENGTH)
		syntax("a function wants its arguments in parentheses");
	return n;
}

/* (e), or (e, e): then `in` follows, or it is what print writes. */
static struct node *
parentheses(void)
{
	struct node *n;

	next_token();
	n = list(')');
	if (n == NULL)
		syntax("( without an expression");
	if (n->next == NULL)
		return n->kind == N_GROUP ? n : new_node(N_PAREN, 0, n, NULL, NULL);
	if (token == T_IN) {
		next_token();
		if (token != T_NAME)
			syntax("in wants an array");
		n = new_node(N_IN, 0, variable(token_name), n, NULL);
		next_token();
		return n;
	}
	return new_node(N_GROUP, 0, n, NULL, NULL);
}

static struct node *primary(void);

/* What $ and ++ apply to: no operator but these binds tighter. */
static struct node *
field(void)
{
	struct node *n;

	next_token();
	if (token == T_INCREMENT || token == T_DECREMENT) {
		int step = token == T_INCREMENT ? 1 : -1;

		next_token();
		n = new_node(N_BEFORE, step, primary(), NULL, NULL);
	} else if (is_char('-') || is_char('+')) {
		bool negative = is_char('-');

		next_token();
		n = new_node(negative ? N_NEGATE : N_PLUS, 0, primary(), NULL, NULL);
	} else
		n = primary();
	return new_node(N_FIELD, 0, n, NULL, NULL);
}

/* getline, getline lvalue, and either < file. */
static struct node *
getline_from(struct node *command)
{
	struct node *n = new_node(N_GETLINE, command != NULL ? FROM_PIPE : -1, NULL, command, NULL);

	next_token();
	if (token == T_NAME || is_char('$'))
		n->a = is_char('$') ? field() : parse_name();
	if (command == NULL && is_char('<')) {
		next_token();
		n->op = FROM_FILE;
		n->b = primary();
	}
	return n;
}

static struct node *
primary(void)
{
	struct node *n;

	switch (token) {
	case T_NUMBER:
	case T_STRING:
		n = new_node(N_CONSTANT, 0, NULL, NULL, NULL);
		n->value = token_value;
		next_token();
		return n;
	case T_NAME: return parse_name();
	case T_CALL: return call();
	case T_BUILTIN: return builtin();
	case T_GETLINE: return getline_from(NULL);
	default: break;
	}
	if (is_char('('))
		return parentheses();
	if (is_char('$'))
		return field();
	if (is_char('/') || token == T_DIV_ASSIGN) {
		lex_regex();
		n = new_node(N_REGEX, 0, NULL, NULL, NULL);
		n->regex = compile_regex(token_value.string->text, token_value.string->length);
		next_token();
		return n;
	}
	if (is_char('-') || is_char('+') || is_char('!') || token == T_INCREMENT || token == T_DECREMENT)
		return unary();
	syntax("expected an expression");
}

static struct node *
increment(void)
{
	struct node *n;
	int step;

	if (token == T_INCREMENT || token == T_DECREMENT) {
		step = token == T_INCREMENT ? 1 : -1;
		next_token();
		n = primary();
		if (!is_lvalue(n))
			syntax("++ and -- want a variable");
		return new_node(N_BEFORE, step, n, NULL, NULL);
	}
	n = primary();
	if (is_lvalue(n) && (token == T_INCREMENT || token == T_DECREMENT)) {
		step = token == T_INCREMENT ? 1 : -1;
		next_token();
		return new_node(N_AFTER, step, n, NULL, NULL);
	}
	return n;
}

static struct node *
power(void)
{
	struct node *n = increment();

	if (!accept_char('^'))
		return n;
	/* 2 ^ -1, and to the right: 2 ^ 3 ^ 2 */
	if (is_char('-') || is_char('+') || is_char('!'))
		return new_node(N_ARITHMETIC, '^', n, unary(), NULL);
	return new_node(N_ARITHMETIC, '^', n, power(), NULL);
}

static struct node *
unary(void)
{
	if (accept_char('!'))
		return new_node(N_NOT, 0, unary(), NULL, NULL);
	if (accept_char('-'))
		return new_node(N_NEGATE, 0, unary(), NULL, NULL);
	if (accept_char('+'))
		return new_node(N_PLUS, 0, unary(), NULL, NULL);
	return power();
}

static struct node *
multiplicative(void)
{
	struct node *n = unary();

	while (is_char('*') || is_char('/') || is_char('%')) {
		int op = token_char;

		next_token();
		n = new_node(N_ARITHMETIC, op, n, unary(), NULL);
	}
	return n;
}

static struct node *
additive(void)
{
	struct node *n = multiplicative();

	while (is_char('+') || is_char('-')) {
		int op = token_char;

		next_token();
		n = new_node(N_ARITHMETIC, op, n, multiplicative(), NULL);
	}
	return n;
}

/* Whether the token begins what can be appended to an expression: + and - do not, as they are binary there. */
static bool
begins_operand(void)
{
	switch (token) {
	case T_NUMBER: case T_STRING: case T_NAME: case T_CALL: case T_BUILTIN: case T_INCREMENT: case T_DECREMENT:
		return true;
	default: return is_char('$') || is_char('(');
	}
}

static struct node *
concatenation(void)
{
	struct node *n = additive();

	while (begins_operand())
		n = new_node(N_CONCAT, 0, n, additive(), NULL);
	return n;
}

static struct node *
comparison(void)
{
	struct node *n = concatenation();
	int op;

	while (is_char('|') && !in_print) {
		next_token();
		if (token != T_GETLINE)
			syntax("| wants getline");
		n = getline_from(n);
	}
	op = is_char('<') ? '<' : is_char('>') && !in_print ? '>' : (int)token;
	if (op == '<' || op == '>' || op == T_EQ || op == T_NE || op == T_LE || op == T_GE) {
		next_token();
		n = new_node(N_COMPARE, op, n, concatenation(), NULL);
	}
	return n;
}

static struct node *
matching(void)
{
	struct node *n = comparison();

	while (is_char('~') || token == T_NO_MATCH) {
		bool negated = token == T_NO_MATCH;

		next_token();
		n = new_node(N_MATCH, negated, n, comparison(), NULL);
	}
	return n;
}

static struct node *
membership(void)
{
	struct node *n = matching();

	while (token == T_IN) {
		next_token();
		if (token != T_NAME)
			syntax("in wants an array");
		n = new_node(N_IN, 0, variable(token_name), n, NULL);
		next_token();
	}
	return n;
}

static struct node *
conjunction(void)
{
	struct node *n = membership();

	while (token == T_AND) {
		next_token();
		skip_newlines();
		n = new_node(N_AND, 0, n, membership(), NULL);
	}
	return n;
}

static struct node *
disjunction(void)
{
	struct node *n = conjunction();

	while (token == T_OR) {
		next_token();
		skip_newlines();
		n = new_node(N_OR, 0, n, conjunction(), NULL);
	}
	return n;
}

static int
assignment_operator(void)
{
	switch (token) {
	case T_ADD_ASSIGN: return '+';
	case T_SUB_ASSIGN: return '-';
	case T_MUL_ASSIGN: return '*';
	case T_DIV_ASSIGN: return '/';
	case T_MOD_ASSIGN: return '%';
	case T_POW_ASSIGN: return '^';
	default: return is_char('=') ? '=' : 0;
	}
}

/*
 * The operand to the left of an assignment has been read as part of what precedes it, as in !x = y or 1 + x = 2:
 * the assignment then belongs to that operand, the rightmost of the tree.
 */
static struct node **
rightmost(struct node **n)
{
	for (;;)
		switch ((*n)->kind) {
		case N_NOT: case N_NEGATE: case N_PLUS: n = &(*n)->a; break;
		case N_AND: case N_OR: case N_MATCH: case N_ARITHMETIC: case N_CONCAT: case N_COMPARE: n = &(*n)->b; break;
		default: return n;
		}
}

static struct node *
ternary(void)
{
	struct node *n = disjunction(), **target, *a;
	int op;

	if ((op = assignment_operator()) != 0) {
		target = rightmost(&n);
		if (!is_lvalue(*target))
			syntax("cannot be assigned to");
		next_token();
		skip_newlines();
		*target = new_node(N_ASSIGN, op, *target, ternary(), NULL);
	}
	if (!accept_char('?'))
		return n;
	skip_newlines();
	a = ternary();
	skip_newlines();
	expect_char(':');
	skip_newlines();
	return new_node(N_CONDITIONAL, 0, n, a, ternary());
}

struct node *
parse_expression(void)
{
	struct node *n;
	bool outer = in_print;

	in_print = false;
	n = ternary();
	in_print = outer;
	if (n->kind == N_GROUP)
		syntax("expected in after ( , )");
	return n;
}

struct node *
parse_print_expression(void)
{
	struct node *n;

	in_print = true;
	n = ternary();
	in_print = false;
	return n;
}

struct node *
parse_print_target(void)
{
	struct node *n;

	in_print = true;
	n = concatenation();
	in_print = false;
	return n;
}
