/*
 * The grammar, by recursive descent: one function for each of its rules.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sh.h"

struct arena *parse_arena;
struct program *parse_program;

static struct node *parse_and_or(void);
static struct node *parse_command(void);

void *
parse_alloc(size_t size)
{
	return memset(arena_alloc(parse_arena, size), 0, size);
}

void
syntax_error(const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	exec_line = input_line();
	fatal("Syntax error: %s", text);
}

static void
unexpected(const char *expecting)
{
	const struct token *t = &lexer.token;

	if (expecting == NULL)
		syntax_error("\"%s\" unexpected", token_name(t));
	syntax_error("\"%s\" unexpected (expecting \"%s\")", token_name(t), expecting);
}

static bool
at_word(const char *s)
{
	const struct token *t = peek_token(true);

	return t->type == TOK_WORD && t->plain != NULL && strcmp(t->plain, s) == 0;
}

static bool
take_word(const char *s)
{
	if (!at_word(s))
		return false;
	next_token();
	return true;
}

static void
expect_word(const char *s)
{
	if (!take_word(s))
		unexpected(s);
}

static void
skip_newlines(void)
{
	while (peek_token(true)->type == TOK_NEWLINE)
		next_token();
}

static struct node *
new_node(enum node_type type)
{
	struct node *n = parse_alloc(sizeof(*n));

	n->type = type;
	n->program = parse_program;
	n->line = lexer.token.line;
	n->start = lexer.token.start;
	return n;
}

static struct node *
finish_node(struct node *n)
{
	n->end = lexer.last_end;
	return n;
}

/* Does the token end a list of commands? */
static bool
ends_list(const struct token *t)
{
	static const char *const words[] = { "then", "else", "elif", "fi", "do", "done", "esac", "}" };

	switch (t->type) {
	case TOK_EOF:
	case TOK_RPAREN:
	case TOK_DSEMI:
	case TOK_SEMI_AND:
		return true;
	case TOK_WORD:
		for (size_t i = 0; t->plain != NULL && i < nitems(words); i++) {
			if (strcmp(t->plain, words[i]) == 0)
				return true;
		}
		return false;
	default:
		return false;
	}
}

/*
 * Commands, each followed by a separator. A list at top level is a line; within a compound command it goes
 * on over newlines until something that ends it.
 */
struct node *
parse_list(bool one_line)
{
	struct node *list, **tail;

	if (!one_line)
		skip_newlines();
	peek_token(true);
	list = new_node(NODE_LIST);
	tail = &list->first;
	while (!ends_list(peek_token(true))) {
		struct node *n = parse_and_or();
		const struct token *t;

		*tail = n;
		tail = &n->next;
		t = peek_token(true);
		if (t->type == TOK_AMP)
			n->background = true;
		else if (t->type != TOK_SEMI && t->type != TOK_NEWLINE)
			break;
		if (t->type == TOK_NEWLINE && one_line)
			break;
		next_token();
		if (!one_line)
			skip_newlines();
		else if (peek_token(true)->type == TOK_NEWLINE)
			break;
	}
	if (list->first == NULL)
		return NULL;
	return finish_node(list);
}

static struct node *
parse_required_list(void)
{
	struct node *list = parse_list(false);

	if (list == NULL)
		unexpected(NULL);
	return list;
}

static struct word **
add_word(struct word **tail, struct word *w)
{
	*tail = w;
	return &w->next;
}

static bool
is_redirection(const struct token *t)
{
	return t->type == TOK_IO_NUMBER || t->type >= TOK_LESS;
}

/* The text of a here-document's delimiter, where nothing is expanded. */
static char *
delimiter_text(const struct word *w, bool *any_quoted)
{
	struct buf b = { 0 };

	*any_quoted = false;
	for (const struct part *p = w->parts; p != NULL; p = p->next) {
		*any_quoted |= p->quoted;
		if (p->type == PART_PARAM)
			buf_putc(&b, '$');
		if (p->text != NULL)
			buf_puts(&b, p->text);
	}
	return arena_strndup(parse_arena, buf_string(&b), b.len);
}

static void
add_here_doc(struct redir *r, bool strip_tabs)
{
	struct here_doc *h = parse_alloc(sizeof(*h)), **tail = &lexer.here_docs;

	h->redir = r;
	h->strip_tabs = strip_tabs;
	h->delimiter = delimiter_text(r->word, &h->quoted);
	while (*tail != NULL)
		tail = &(*tail)->next;
	*tail = h;
}

static struct redir *
parse_redirection(void)
{
	static const struct {
		enum redir_type type;
		int fd;
	} kinds[] = {
		[TOK_LESS] = { REDIR_IN, 0 }, [TOK_GREAT] = { REDIR_OUT, 1 }, [TOK_DGREAT] = { REDIR_APPEND, 1 },
		[TOK_CLOBBER] = { REDIR_CLOBBER, 1 }, [TOK_LESSAND] = { REDIR_DUP_IN, 0 },
		[TOK_GREATAND] = { REDIR_DUP_OUT, 1 }, [TOK_LESSGREAT] = { REDIR_READWRITE, 0 },
		[TOK_DLESS] = { REDIR_HERE, 0 }, [TOK_DLESSDASH] = { REDIR_HERE, 0 },
	};
	struct redir *r = parse_alloc(sizeof(*r));
	const struct token *t = peek_token(false);
	enum token_type operator;
	int fd = -1;

	if (t->type == TOK_IO_NUMBER) {
		fd = t->number;
		next_token();
		t = peek_token(false);
	}
	operator = t->type;
	r->type = kinds[operator].type;
	r->fd = fd != -1 ? fd : kinds[operator].fd;
	next_token();
	t = peek_token(false);
	if (t->type != TOK_WORD)
		unexpected(NULL);
	r->word = t->word;
	next_token();
	if (r->type == REDIR_HERE)
		add_here_doc(r, operator == TOK_DLESSDASH);
	return r;
}

static void
parse_redirections(struct node *n)
{
	struct redir **tail = &n->redirs;

	while (is_redirection(peek_token(false))) {
		*tail = parse_redirection();
		tail = &(*tail)->next;
	}
}

static struct node *
parse_function(struct node *n, const char *name)
{
	const struct builtin *b = builtin_find(name);

	if (!is_name(name, strlen(name)) || (b != NULL && b->flags & BUILTIN_SPECIAL))
		syntax_error("Bad function name");
	next_token();
	if (peek_token(false)->type != TOK_RPAREN)
		unexpected(")");
	next_token();
	skip_newlines();
	n->type = NODE_FUNCTION;
	n->name = n->words->parts->text;
	n->words = NULL;
	n->first = parse_command();
	if (n->first->type == NODE_SIMPLE || n->first->type == NODE_FUNCTION)
		syntax_error("Bad function body");
	return finish_node(n);
}

static struct node *
parse_simple(void)
{
	struct node *n = new_node(NODE_SIMPLE);
	struct word **words = &n->words, **assignments = &n->assignments;
	struct redir **redirs = &n->redirs;
	bool any = false;

	for (;; any = true) {
		struct token *t = peek_token(n->words == NULL);

		if (t->type == TOK_WORD) {
			bool first = n->words == NULL && n->assignments == NULL && n->redirs == NULL;
			const char *plain = t->plain;

			if (n->words == NULL && t->word->assignment)
				assignments = add_word(assignments, t->word);
			else
				words = add_word(words, t->word);
			next_token();
			if (first && plain != NULL && n->words != NULL && peek_token(false)->type == TOK_LPAREN)
				return parse_function(n, plain);
		} else if (is_redirection(t)) {
			*redirs = parse_redirection();
			redirs = &(*redirs)->next;
		} else
			break;
	}
	if (!any || peek_token(false)->type == TOK_LPAREN)
		unexpected(NULL);
	return finish_node(n);
}

/* After `if` or `elif`. */
static struct node *
parse_if(void)
{
	struct node *n = new_node(NODE_IF);

	check_stack();
	n->first = parse_required_list();
	expect_word("then");
	n->second = parse_required_list();
	if (take_word("elif"))
		n->third = parse_if();
	else {
		if (take_word("else"))
			n->third = parse_required_list();
		expect_word("fi");
	}
	return n;
}

static struct node *
parse_loop(enum node_type type)
{
	struct node *n = new_node(type);

	n->first = parse_required_list();
	expect_word("do");
	n->second = parse_required_list();
	expect_word("done");
	return n;
}

static struct node *
parse_for(void)
{
	struct node *n = new_node(NODE_FOR);
	struct word **tail = &n->words;
	struct token *t = peek_token(false);

	if (t->type != TOK_WORD || t->plain == NULL || !is_name(t->plain, strlen(t->plain)))
		syntax_error("Bad for loop variable");
	n->name = t->word->parts->text;
	next_token();
	t = peek_token(false);
	if (t->type == TOK_NEWLINE) {
		while (peek_token(false)->type == TOK_NEWLINE)
			next_token();
		t = peek_token(false);
	}
	if (t->type == TOK_WORD && t->plain != NULL && strcmp(t->plain, "in") == 0) {
		n->has_in = true;
		next_token();
		while ((t = peek_token(false))->type == TOK_WORD) {
			tail = add_word(tail, t->word);
			next_token();
		}
		if (t->type != TOK_SEMI && t->type != TOK_NEWLINE)
			unexpected(NULL);
		next_token();
	} else if (t->type == TOK_SEMI)
		next_token();
	/* A word that was peeked at as an argument may still be the reserved `do`. */
	skip_newlines();
	expect_word("do");
	n->second = parse_required_list();
	expect_word("done");
	return n;
}

static struct case_item *
parse_case_item(void)
{
	struct case_item *item = parse_alloc(sizeof(*item));
	struct word **tail = &item->patterns;
	struct token *t;

	if (peek_token(false)->type == TOK_LPAREN)
		next_token();
	for (;;) {
		t = peek_token(false);
		if (t->type != TOK_WORD)
			unexpected(NULL);
		tail = add_word(tail, t->word);
		next_token();
		t = peek_token(false);
		if (t->type != TOK_PIPE)
			break;
		next_token();
	}
	if (t->type != TOK_RPAREN)
		unexpected(")");
	next_token();
	item->body = parse_list(false);
	return item;
}

static struct node *
parse_case(void)
{
	struct node *n = new_node(NODE_CASE);
	struct case_item **tail = &n->items;
	struct token *t = peek_token(false);

	if (t->type != TOK_WORD)
		unexpected("word");
	n->words = t->word;
	next_token();
	while (peek_token(false)->type == TOK_NEWLINE)
		next_token();
	t = peek_token(false);
	if (t->type != TOK_WORD || t->plain == NULL || strcmp(t->plain, "in") != 0)
		unexpected("in");
	next_token();
	for (;;) {
		while (peek_token(false)->type == TOK_NEWLINE)
			next_token();
		t = peek_token(false);
		if (t->type == TOK_WORD && t->plain != NULL && strcmp(t->plain, "esac") == 0)
			break;
		*tail = parse_case_item();
		t = peek_token(true);
		if (t->type == TOK_DSEMI || t->type == TOK_SEMI_AND) {
			(*tail)->fall_through = t->type == TOK_SEMI_AND;
			next_token();
		} else if (!at_word("esac"))
			unexpected(";;");
		tail = &(*tail)->next;
	}
	next_token();
	return n;
}

static struct node *
parse_subshell(void)
{
	struct node *n = new_node(NODE_SUBSHELL);

	next_token();
	n->first = parse_required_list();
	if (peek_token(true)->type != TOK_RPAREN)
		unexpected(")");
	next_token();
	return n;
}

static struct node *
parse_group(void)
{
	struct node *n = new_node(NODE_GROUP);

	n->first = parse_required_list();
	expect_word("}");
	return n;
}

static struct node *
parse_compound(void)
{
	if (peek_token(true)->type == TOK_LPAREN)
		return parse_subshell();
	if (take_word("{"))
		return parse_group();
	if (take_word("if"))
		return parse_if();
	if (take_word("while"))
		return parse_loop(NODE_WHILE);
	if (take_word("until"))
		return parse_loop(NODE_UNTIL);
	if (take_word("for"))
		return parse_for();
	if (take_word("case"))
		return parse_case();
	return NULL;
}

static struct node *
parse_command(void)
{
	const struct token *t = peek_token(true);
	size_t start = t->start;
	struct node *n;

	check_stack();
	n = parse_compound();
	if (n == NULL) {
		t = peek_token(true);
		if (t->type == TOK_WORD && t->plain != NULL && (ends_list(t) || strcmp(t->plain, "!") == 0))
			unexpected(NULL);
		return parse_simple();
	}
	n->start = start;
	parse_redirections(n);
	return finish_node(n);
}

static struct node *
parse_pipeline(void)
{
	struct node *n, **tail;
	bool bang = false;

	peek_token(true);
	n = new_node(NODE_PIPE);
	while (take_word("!"))
		bang = !bang;
	n->first = parse_command();
	tail = &n->first->next;
	while (peek_token(false)->type == TOK_PIPE) {
		next_token();
		skip_newlines();
		*tail = parse_command();
		tail = &(*tail)->next;
	}
	if (!bang && n->first->next == NULL)
		return n->first;
	n->bang = bang;
	return finish_node(n);
}

static struct node *
parse_and_or(void)
{
	struct node *left = parse_pipeline();

	for (;;) {
		enum token_type type = peek_token(false)->type;
		struct node *n;

		if (type != TOK_AND_IF && type != TOK_OR_IF)
			return left;
		next_token();
		skip_newlines();
		n = new_node(type == TOK_AND_IF ? NODE_AND : NODE_OR);
		n->start = left->start;
		n->first = left;
		n->second = parse_pipeline();
		left = finish_node(n);
	}
}

/* Up to the parenthesis that ends a command substitution. */
struct node *
parse_substitution(void)
{
	struct node *n = parse_list(false);

	if (peek_token(true)->type != TOK_RPAREN)
		unexpected(")");
	next_token();
	return n;
}

struct node *
parse_all(void)
{
	struct node *n = parse_list(false);

	if (peek_token(true)->type != TOK_EOF)
		unexpected(NULL);
	return n;
}
