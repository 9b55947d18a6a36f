/*
 * Rules, functions and statements.
 */
#include "awk.h"

#include <stdlib.h>
#include <string.h>

struct rule *rules;
struct function *functions, *current_function;
static struct rule **last_rule = &rules;

static struct node *statement(void);

void
syntax(const char *what)
{
	fail("program line %d: %s", token_line, what);
}

bool
is_char(int c)
{
	return token == T_OTHER && token_char == c;
}

bool
accept_char(int c)
{
	if (!is_char(c))
		return false;
	next_token();
	return true;
}

void
expect_char(int c)
{
	char message[] = "expected ?";

	message[9] = (char)c;
	if (!accept_char(c))
		syntax(message);
}

void
skip_newlines(void)
{
	while (token == T_NEWLINE)
		next_token();
}

static void
skip_terminators(void)
{
	while (token == T_NEWLINE || is_char(';'))
		next_token();
}

struct node *
new_node(enum node_kind kind, int op, struct node *a, struct node *b, struct node *c)
{
	struct node *n = need(calloc(1, sizeof(*n)));

	n->kind = kind;
	n->op = op;
	n->a = a;
	n->b = b;
	n->c = c;
	return n;
}

struct function *
find_function(const char *name)
{
	struct function *f;

	for (f = functions; f != NULL; f = f->next)
		if (strcmp(f->name, name) == 0)
			return f;
	f = need(calloc(1, sizeof(*f)));
	f->name = need(strdup(name));
	f->next = functions;
	functions = f;
	return f;
}

/* A statement ends at a newline or semicolon, or before } and the end. */
static void
end_statement(void)
{
	if (token == T_NEWLINE || is_char(';'))
		next_token();
	else if (!is_char('}') && token != T_END)
		syntax("expected the end of a statement");
}

static struct node *
block(void)
{
	struct node *n = new_node(N_BLOCK, 0, NULL, NULL, NULL), **end = &n->a;

	expect_char('{');
	for (skip_terminators(); !is_char('}'); skip_terminators()) {
		if (token == T_END)
			syntax("{ without }");
		*end = statement();
		end = &(*end)->next;
	}
	next_token();
	return n;
}

static struct node *
print_statement(void)
{
	struct node *n = new_node(token == T_PRINT ? N_PRINT : N_PRINTF, -1, NULL, NULL, NULL), **end = &n->a;

	next_token();
	if (token != T_NEWLINE && token != T_END && token != T_APPEND && !is_char(';') && !is_char('}') &&
	    !is_char('>') && !is_char('|')) {
		*end = parse_print_expression();
		if ((*end)->kind == N_GROUP)	/* print (a, b) */
			*end = (*end)->a;
		else
			while (is_char(',')) {
				next_token();
				skip_newlines();
				end = &(*end)->next;
				*end = parse_print_expression();
			}
	}
	if (n->kind == N_PRINTF && n->a == NULL)
		syntax("printf wants a format");
	if (is_char('>') || is_char('|') || token == T_APPEND) {
		n->op = token == T_APPEND ? TO_APPEND : is_char('>') ? TO_FILE : TO_PIPE;
		next_token();
		n->b = parse_print_target();
	}
	return n;
}

/* delete, exit, getline and others that stand on a line of their own. */
static struct node *
simple_statement(void)
{
	static const struct {
		enum token token;
		enum node_kind kind;
	} words[] = {
		{ T_BREAK, N_BREAK }, { T_CONTINUE, N_CONTINUE }, { T_NEXT, N_NEXT }, { T_NEXTFILE, N_NEXTFILE },
		{ T_EXIT, N_EXIT }, { T_RETURN, N_RETURN },
	};
	struct node *n;

	if (token == T_PRINT || token == T_PRINTF)
		return print_statement();
	if (token == T_DELETE) {
		next_token();
		n = parse_name();
		if (n->kind == N_FIELD)
			syntax("delete wants an array");
		return new_node(N_DELETE, 0, n, NULL, NULL);
	}
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (words[i].token == token) {
			n = new_node(words[i].kind, 0, NULL, NULL, NULL);
			if (token == T_RETURN && current_function == NULL)
				syntax("return outside of a function");
			next_token();
			if ((n->kind == N_EXIT || n->kind == N_RETURN) && token != T_NEWLINE && token != T_END &&
			    !is_char(';') && !is_char('}'))
				n->a = parse_expression();
			return n;
		}
	return new_node(N_EXPRESSION, 0, parse_expression(), NULL, NULL);
}

/* What if, while and for do: a lone semicolon is nothing. */
static struct node *
body(void)
{
	skip_newlines();
	if (accept_char(';'))
		return new_node(N_BLOCK, 0, NULL, NULL, NULL);
	return statement();
}

static struct node *
if_statement(void)
{
	struct node *n = new_node(N_IF, 0, NULL, NULL, NULL);

	next_token();
	expect_char('(');
	n->a = parse_expression();
	expect_char(')');
	n->b = body();
	skip_terminators();
	if (token == T_ELSE) {
		next_token();
		n->c = body();
	}
	return n;
}

static struct node *
do_statement(void)
{
	struct node *n = new_node(N_DO, 0, NULL, NULL, NULL);

	next_token();
	n->b = body();
	skip_terminators();
	if (token != T_WHILE)
		syntax("do without while");
	next_token();
	expect_char('(');
	n->a = parse_expression();
	expect_char(')');
	end_statement();
	return n;
}

static struct node *
for_statement(void)
{
	struct node *n = new_node(N_FOR, 0, NULL, NULL, NULL);

	next_token();
	expect_char('(');
	if (!is_char(';')) {
		n->a = simple_statement();
		/* (name in array) has been read as an expression. */
		if (n->a->kind == N_EXPRESSION && n->a->a->kind == N_IN && is_char(')') && n->a->a->b->next == NULL &&
		    is_lvalue(n->a->a->b)) {
			n->kind = N_FOR_IN;
			n->b = n->a->a->a;
			n->a = n->a->a->b;
			next_token();
			n->d = body();
			return n;
		}
	}
	expect_char(';');
	skip_newlines();
	if (!is_char(';'))
		n->b = parse_expression();
	expect_char(';');
	skip_newlines();
	if (!is_char(')'))
		n->c = simple_statement();
	expect_char(')');
	n->d = body();
	return n;
}

static struct node *
statement(void)
{
	struct node *n;

	if (is_char('{'))
		return block();
	switch (token) {
	case T_IF: return if_statement();
	case T_DO: return do_statement();
	case T_FOR: return for_statement();
	case T_WHILE:
		n = new_node(N_WHILE, 0, NULL, NULL, NULL);
		next_token();
		expect_char('(');
		n->a = parse_expression();
		expect_char(')');
		n->b = body();
		return n;
	default:
		n = simple_statement();
		end_statement();
		return n;
	}
}

static void
function_definition(void)
{
	struct function *f;

	next_token();
	if (token != T_NAME && token != T_CALL)
		syntax("a function wants a name");
	f = find_function(token_name);
	if (f->defined)
		syntax("a function is defined twice");
	next_token();
	expect_char('(');
	while (!is_char(')')) {
		if (token != T_NAME)
			syntax("expected the name of a parameter");
		f->parameters = need(realloc(f->parameters, (size_t)(f->count + 1) * sizeof(char *)));
		f->parameters[f->count++] = need(strdup(token_name));
		next_token();
		if (!is_char(')')) {
			expect_char(',');
			skip_newlines();
		}
	}
	next_token();
	skip_newlines();
	f->defined = true;
	current_function = f;
	f->body = block();
	current_function = NULL;
}

static void
rule(void)
{
	struct rule *r = need(calloc(1, sizeof(*r)));

	r->kind = ALWAYS;
	if (token == T_BEGIN || token == T_END_RULE) {
		r->kind = token == T_BEGIN ? AT_BEGIN : AT_END;
		next_token();
		if (!is_char('{'))
			syntax("BEGIN and END want an action");
	} else if (!is_char('{')) {
		r->kind = PATTERN;
		r->first = parse_expression();
		if (accept_char(',')) {
			skip_newlines();
			r->kind = RANGE;
			r->last = parse_expression();
		}
	}
	if (is_char('{'))
		r->body = block();
	*last_rule = r;
	last_rule = &r->next;
}

void
parse_program(void)
{
	next_token();
	for (skip_terminators(); token != T_END; skip_terminators())
		if (token == T_FUNCTION)
			function_definition();
		else
			rule();
	for (struct function *f = functions; f != NULL; f = f->next)
		if (!f->defined)
			fail("%s: a function that is not defined", f->name);
}
