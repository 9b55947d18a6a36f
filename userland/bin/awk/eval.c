/*
 * Expressions.
 */
#include "awk.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_DEPTH	1500	/* of calls: every one takes some of our own stack */

struct cell *globals, *frame;
bool parsed;	/* until then, setting variables is only that */

void
set_global(int n, struct value v)
{
	drop(globals[n].value);
	globals[n].value = v;
	if (n == V_NF && parsed)
		field_count_changed();
}

static struct cell *
cell_of(const struct node *n)
{
	struct cell *c = n->kind == N_GLOBAL ? &globals[n->op] : &frame[n->op];

	while (c->stands_for != NULL && c->array == NULL)
		c = c->stands_for;
	return c;
}

struct array *
array_of(struct node *n)
{
	struct cell *c;

	if (n->kind != N_GLOBAL && n->kind != N_LOCAL)
		fail("an array is wanted");
	c = cell_of(n);
	if (c->array == NULL) {
		if (c->value.kind != UNSET)
			fail("a variable that is not an array is used as one");
		c->array = new_array();
		c->owns_array = true;
	}
	return c->array;
}

/* Several subscripts are joined by SUBSEP. */
struct string *
subscript(struct node *list)
{
	struct string *s = eval_string(list), *t, *separator, *joined;

	for (list = list->next; list != NULL; list = list->next) {
		t = eval_string(list);
		separator = to_string(&globals[V_SUBSEP].value, V_CONVFMT);
		joined = need(malloc(sizeof(*joined) + s->length + separator->length + t->length + 1));
		joined->references = 1;
		joined->length = s->length + separator->length + t->length;
		memcpy(joined->text, s->text, s->length);
		memcpy(joined->text + s->length, separator->text, separator->length);
		memcpy(joined->text + s->length + separator->length, t->text, t->length + 1);
		release(s);
		release(t);
		release(separator);
		s = joined;
	}
	return s;
}

struct string *
eval_string(struct node *n)
{
	struct value v = eval(n);
	struct string *s = to_string(&v, V_CONVFMT);

	drop(v);
	return s;
}

double
eval_number(struct node *n)
{
	struct value v = eval(n);
	double x = to_number(&v);

	drop(v);
	return x;
}

bool
eval_bool(struct node *n)
{
	struct value v = eval(n);
	bool b = to_bool(&v);

	drop(v);
	return b;
}

/* A regular expression, or any string taken as one. */
struct regex *
eval_regex(struct node *n)
{
	struct string *s;
	struct regex *r;

	if (n->kind == N_REGEX)
		return n->regex;
	s = eval_string(n);
	r = compile_regex(s->text, s->length);
	release(s);
	return r;
}

void
assign(struct node *n, struct value v)
{
	struct string *key;
	struct element *e;
	struct cell *c;

	switch (n->kind) {
	case N_FIELD:
		set_field((long)eval_number(n->a), v);
		return;
	case N_ELEMENT:
		key = subscript(n->b);
		e = find_element(array_of(n->a), key, true);
		release(key);
		drop(e->value);
		e->value = v;
		return;
	case N_GLOBAL:
		if (globals[n->op].array != NULL)
			fail("an array cannot be assigned to");
		set_global(n->op, v);
		return;
	default:
		c = &frame[n->op];
		if (c->array != NULL)
			fail("an array cannot be assigned to");
		c->stands_for = NULL;
		drop(c->value);
		c->value = v;
	}
}

static double
arithmetic(int op, double x, double y)
{
	switch (op) {
	case '+': return x + y;
	case '-': return x - y;
	case '*': return x * y;
	case '^': return pow(x, y);
	default:
		if (y == 0)
			fail("division by zero");
		return op == '/' ? x / y : fmod(x, y);
	}
}

static struct value
eval_assignment(struct node *n)
{
	struct value v;

	if (n->op == '=')
		v = eval(n->b);
	else {
		/* The right side may change what is on the left, and is done first. */
		double y = eval_number(n->b);

		v = number_value(arithmetic(n->op, eval_number(n->a), y));
	}
	assign(n->a, copy(v));
	return v;
}

static struct value
eval_variable(struct node *n)
{
	struct string *key;
	struct element *e;
	struct cell *c;

	switch (n->kind) {
	case N_FIELD: return get_field((long)eval_number(n->a));
	case N_ELEMENT:
		key = subscript(n->b);
		e = find_element(array_of(n->a), key, true);
		release(key);
		return copy(e->value);
	default:
		if (n->kind == N_GLOBAL && n->op == V_NF)
			count_fields();
		c = cell_of(n);
		if (c->array != NULL)
			fail("an array is used where a value is wanted");
		return copy(c->value);
	}
}

static struct value
eval_concatenation(struct node *n)
{
	struct string *a = eval_string(n->a), *b = eval_string(n->b), *s;

	/* Building a string up in a loop should not copy it each time: a may be ours alone. */
	if (a->references == 1)
		s = need(realloc(a, sizeof(*a) + a->length + b->length + 1));
	else {
		s = need(malloc(sizeof(*s) + a->length + b->length + 1));
		memcpy(s, a, sizeof(*a) + a->length);
		s->references = 1;
		release(a);
	}
	memcpy(s->text + s->length, b->text, b->length + 1);
	s->length += b->length;
	release(b);
	return string_value(s);
}

static bool
eval_comparison(struct node *n)
{
	struct value a = eval(n->a), b = eval(n->b);
	int order = compare(&a, &b);

	/* Nothing compares with what is not a number. */
	bool unordered = is_numeric(&a) && is_numeric(&b) && (isnan(to_number(&a)) || isnan(to_number(&b)));

	drop(a);
	drop(b);
	if (unordered)
		return n->op == T_NE;
	switch (n->op) {
	case '<': return order < 0;
	case '>': return order > 0;
	case T_LE: return order <= 0;
	case T_GE: return order >= 0;
	case T_EQ: return order == 0;
	default: return order != 0;
	}
}

static bool
matches(struct regex *r, struct node *text)
{
	struct value v = text == NULL ? get_field(0) : eval(text);
	struct string *s = to_string(&v, V_CONVFMT);
	regmatch_t m;
	bool found = regex_match(r, s->text, 0, s->length, &m);

	release(s);
	drop(v);
	return found;
}

static bool
eval_membership(struct node *n)
{
	struct string *key = subscript(n->b);
	bool found = find_element(array_of(n->a), key, false) != NULL;

	release(key);
	return found;
}

static struct value
eval_step(struct node *n)
{
	double old = eval_number(n->a), new = old + n->op;

	assign(n->a, number_value(new));
	return number_value(n->kind == N_BEFORE ? new : old);
}

static void
add_one(int variable)
{
	set_global(variable, number_value(to_number(&globals[variable].value) + 1));
}

static struct value
eval_getline(struct node *n)
{
	struct reader *r = NULL;
	struct string *name, *s;

	if (n->b != NULL) {
		name = eval_string(n->b);
		r = input_stream((enum stream_kind)n->op, name->text);
		release(name);
		if (r == NULL)
			return number_value(-1);
	}
	s = r != NULL ? read_record(r) : next_main_record();
	if (s == NULL)
		return number_value(0);
	if (n->op != FROM_FILE)
		add_one(V_NR);
	if (n->b == NULL)
		add_one(V_FNR);
	if (n->a == NULL)
		set_record(s);
	else
		assign(n->a, (struct value){ INPUT, 0, s });
	return number_value(1);
}

struct value
eval(struct node *n)
{
	switch (n->kind) {
	case N_CONSTANT: return copy(n->value);
	case N_REGEX: return number_value(matches(n->regex, NULL));
	case N_GLOBAL:
	case N_LOCAL:
	case N_FIELD:
	case N_ELEMENT: return eval_variable(n);
	case N_ASSIGN: return eval_assignment(n);
	case N_CONDITIONAL: return eval(eval_bool(n->a) ? n->b : n->c);
	case N_AND: return number_value(eval_bool(n->a) && eval_bool(n->b));
	case N_OR: return number_value(eval_bool(n->a) || eval_bool(n->b));
	case N_NOT: return number_value(!eval_bool(n->a));
	case N_MATCH: return number_value(matches(eval_regex(n->b), n->a) != (n->op != 0));
	case N_ARITHMETIC: {
		double x = eval_number(n->a);

		return number_value(arithmetic(n->op, x, eval_number(n->b)));
	}
	case N_NEGATE: return number_value(-eval_number(n->a));
	case N_PLUS: return number_value(eval_number(n->a));
	case N_PAREN: return eval(n->a);
	case N_CONCAT: return eval_concatenation(n);
	case N_COMPARE: return number_value(eval_comparison(n));
	case N_IN: return number_value(eval_membership(n));
	case N_BEFORE:
	case N_AFTER: return eval_step(n);
	case N_CALL: return call_function(n);
	case N_BUILTIN: return call_builtin(n);
	case N_GETLINE: return eval_getline(n);
	default: fail("a list is used where a value is wanted");
	}
}

/* Arrays are passed as such; a variable that is nothing yet may become one in the function. */
static void
pass(struct cell *parameter, struct node *argument)
{
	struct cell *c;

	if (argument->kind == N_GLOBAL || argument->kind == N_LOCAL) {
		if (argument->kind == N_GLOBAL && argument->op == V_NF)
			count_fields();
		c = cell_of(argument);
		if (c->array != NULL) {
			parameter->array = c->array;
			return;
		}
		if (c->value.kind == UNSET) {
			parameter->stands_for = c;
			return;
		}
	}
	parameter->value = eval(argument);
}

struct value
call_function(struct node *n)
{
	static int depth;
	struct function *f = n->function;
	struct cell *cells = need(calloc((size_t)f->count + 1, sizeof(*cells))), *outer = frame;
	struct value result;
	int i = 0;

	if (++depth > MOST_DEPTH)
		fail("%s: too many calls within each other", f->name);
	for (struct node *a = n->a; a != NULL; a = a->next) {
		if (i == f->count)
			fail("%s: too many arguments", f->name);
		pass(&cells[i++], a);
	}
	frame = cells;
	result = run_body(f);
	frame = outer;
	depth--;
	for (i = 0; i < f->count; i++) {
		drop(cells[i].value);
		if (cells[i].owns_array) {
			clear_array(cells[i].array);
			free(cells[i].array->table);
			free(cells[i].array);
		}
	}
	free(cells);
	return result;
}
