/*
 * Words: quoting, and what is to be expanded.
 *
 * A word becomes a list of parts, each either text or something to expand, each quoted or not. Quoted text
 * stands for itself in whatever is done with the word later.
 */
#include <ctype.h>
#include <string.h>

#include "sh.h"

enum context {
	IN_WORD,			/* ends where a token does */
	IN_QUOTES,			/* ends at the double quote */
	IN_HERE_DOC,			/* ends with the input; double quotes are ordinary */
	IN_ARITH,			/* likewise, but they vanish */
	IN_BRACE,			/* ends at the closing brace */
	IN_QUOTED_BRACE,		/* likewise, within double quotes */
};

struct builder {
	struct word *word;
	struct part **tail;
	struct buf text;
	bool have_text, text_quoted;
};

static void read_parts(struct builder *, enum context, int first);

static void
builder_init(struct builder *b)
{
	memset(b, 0, sizeof(*b));
	b->word = parse_alloc(sizeof(*b->word));
	b->tail = &b->word->parts;
}

static void
add_part(struct builder *b, struct part *part)
{
	*b->tail = part;
	b->tail = &part->next;
}

static void
flush_text(struct builder *b)
{
	struct part *part;

	if (!b->have_text)
		return;
	part = parse_alloc(sizeof(*part));
	part->type = PART_TEXT;
	part->quoted = b->text_quoted;
	part->text = arena_strndup(parse_arena, buf_string(&b->text), b->text.len);
	part->length = b->text.len;
	b->text.len = 0;
	b->have_text = false;
	add_part(b, part);
}

static void
add_char(struct builder *b, int c, bool quoted)
{
	if (b->have_text && b->text_quoted != quoted)
		flush_text(b);
	b->have_text = true;
	b->text_quoted = quoted;
	buf_putc(&b->text, (char)c);
}

/* Something quoted is here, even if nothing is in it. */
static void
add_empty(struct builder *b)
{
	if (b->have_text && b->text_quoted)
		return;
	flush_text(b);
	b->have_text = b->text_quoted = true;
}

static void
read_single_quotes(struct builder *b)
{
	int c;

	add_empty(b);
	while ((c = input_getc()) != '\'') {
		if (c == -1)
			syntax_error("Unterminated quoted string");
		add_char(b, c, true);
	}
}

static void
read_double_quotes(struct builder *b)
{
	struct part **before;
	bool any;

	flush_text(b);
	before = b->tail;
	read_parts(b, IN_QUOTES, 0);
	any = b->have_text || b->tail != before;
	if (!any)
		add_empty(b);
}

static bool
is_special(int c)
{
	return c != -1 && c != '\0' && strchr("@*#?-$!", c) != NULL;
}

static bool
starts_name(int c)
{
	return c == '_' || (c != -1 && isalpha(c));
}

static char *
read_name(int c)
{
	struct buf name = { 0 };

	while (c == '_' || (c != -1 && isalnum(c))) {
		buf_putc(&name, (char)c);
		c = lex_getc();
	}
	input_ungetc(c);
	return arena_strndup(parse_arena, buf_string(&name), name.len);
}

static char *
read_digits(int c)
{
	struct buf name = { 0 };

	while (c != -1 && isdigit(c)) {
		buf_putc(&name, (char)c);
		c = lex_getc();
	}
	input_ungetc(c);
	return arena_strndup(parse_arena, buf_string(&name), name.len);
}

static char *
one_char_name(int c)
{
	char name = (char)c;

	return arena_strndup(parse_arena, &name, 1);
}

/* The parameter's name within braces; null if there is none. */
static char *
read_braced_name(int c)
{
	if (starts_name(c))
		return read_name(c);
	if (c != -1 && isdigit(c))
		return read_digits(c);
	if (is_special(c))
		return one_char_name(c);
	input_ungetc(c);
	return NULL;
}

/* After ${#: is this a length, or the parameter # and perhaps an operator? */
static bool
is_length(int c)
{
	int after;

	if (starts_name(c) || (c != -1 && isdigit(c)) || c == '@' || c == '*' || c == '!' || c == '$')
		return true;
	if (c != '?' && c != '-' && c != '#')
		return false;
	/* ${#-} and the like are lengths, ${#-word} is not. */
	after = lex_getc();
	input_ungetc(after);
	return after == '}';
}

static enum param_op
read_operator(struct part *part)
{
	int c = lex_getc(), after;

	if (c == ':') {
		part->colon = true;
		c = lex_getc();
	}
	switch (c) {
	case '-':
		return OP_DEFAULT;
	case '=':
		return OP_ASSIGN;
	case '?':
		return OP_ERROR;
	case '+':
		return OP_ALTERNATIVE;
	}
	if ((c == '#' || c == '%') && !part->colon) {
		after = lex_getc();
		if (after == c)
			return c == '#' ? OP_LONG_PREFIX : OP_LONG_SUFFIX;
		input_ungetc(after);
		return c == '#' ? OP_PREFIX : OP_SUFFIX;
	}
	input_ungetc(c);
	if (c != '}' || part->colon)
		return OP_BAD;
	return OP_NONE;
}

static void
read_braces(struct part *part)
{
	int c = lex_getc();
	bool pattern;

	part->type = PART_PARAM;
	if (c == '#') {
		c = lex_getc();
		if (is_length(c)) {
			part->op = OP_LENGTH;
			part->text = read_braced_name(c);
			c = lex_getc();
			if (c == '}')
				return;
			input_ungetc(c);
			part->op = OP_BAD;
		} else {
			input_ungetc(c);
			part->text = one_char_name('#');
			part->op = read_operator(part);
		}
	} else {
		part->text = read_braced_name(c);
		part->op = part->text == NULL ? OP_BAD : read_operator(part);
	}
	pattern = part->op >= OP_PREFIX;
	part->word = read_until_brace(part->quoted, pattern);
}

static void copy_quoted(struct buf *, int quote);

/* Copy up to a parenthesis that closes what is open, and that parenthesis; 0 at the end of input. */
static bool
copy_parentheses(struct buf *b, int depth)
{
	int c;

	while (depth > 0) {
		c = input_getc();
		if (c == -1)
			return false;
		buf_putc(b, (char)c);
		if (c == '(')
			depth++;
		else if (c == ')')
			depth--;
		else if (c == '\'' || c == '"' || c == '`')
			copy_quoted(b, c);
		else if (c == '\\' && (c = input_getc()) != -1)
			buf_putc(b, (char)c);
	}
	return true;
}

static void
copy_quoted(struct buf *b, int quote)
{
	int c;

	while ((c = input_getc()) != -1) {
		buf_putc(b, (char)c);
		if (c == quote)
			return;
		if (c == '\\' && quote != '\'' && (c = input_getc()) != -1)
			buf_putc(b, (char)c);
	}
}

/* Parse `text` as input of its own. */
static void
with_input(const char *text, void (*parse)(struct part *), struct part *part)
{
	struct cleanup pop;
	bool blank = alias_blank;

	input_push_string(text, NULL, true);
	push_cleanup(&pop, input_pop, NULL);
	parse(part);
	pop_cleanup(&pop);
	alias_blank = blank;
}

static void
parse_arith_text(struct part *part)
{
	struct builder b;

	builder_init(&b);
	read_parts(&b, IN_ARITH, 0);
	flush_text(&b);
	part->word = b.word;
}

static void
parse_command_text(struct part *part)
{
	struct lexer outer = lexer;

	memset(&lexer, 0, sizeof(lexer));
	part->command = parse_all();
	lexer = outer;
}

/*
 * After $((. It is arithmetic if the two parentheses are closed together, otherwise a command that begins
 * with a subshell.
 */
static void
read_arithmetic(struct part *part)
{
	struct buf text = { 0 };
	int c = -1;

	if (copy_parentheses(&text, 1))
		c = input_getc();
	if (c == ')') {
		text.len--;
		part->type = PART_ARITH;
		with_input(buf_string(&text), parse_arith_text, part);
		return;
	}
	input_ungetc(c);
	if (c == -1 || !copy_parentheses(&text, 1))
		syntax_error("Missing '))'");
	text.len--;
	part->type = PART_COMMAND;
	with_input(temp_printf("(%s", buf_string(&text)), parse_command_text, part);
}

static void
read_backquotes(struct part *part, enum context context)
{
	bool quoted = context == IN_QUOTES || context == IN_QUOTED_BRACE;
	struct buf text = { 0 };
	int c;

	while ((c = input_getc()) != '`') {
		if (c == -1)
			syntax_error("EOF in backquote substitution");
		if (c == '\\') {
			c = input_getc();
			if (c == -1)
				continue;
			if (c != '`' && c != '$' && c != '\\' && !(c == '"' && quoted))
				buf_putc(&text, '\\');
		}
		buf_putc(&text, (char)c);
	}
	part->type = PART_COMMAND;
	with_input(buf_string(&text), parse_command_text, part);
}

static void
read_command(struct part *part)
{
	struct lexer outer = lexer;

	memset(&lexer, 0, sizeof(lexer));
	part->type = PART_COMMAND;
	part->command = parse_substitution();
	lexer = outer;
}

static void
read_dollar(struct builder *b, bool quoted)
{
	struct part *part;
	int c = lex_getc();

	if (c != '{' && c != '(' && !starts_name(c) && !is_special(c) && !(c != -1 && isdigit(c))) {
		input_ungetc(c);
		add_char(b, '$', quoted);
		return;
	}
	flush_text(b);
	part = parse_alloc(sizeof(*part));
	part->quoted = quoted;
	if (c == '(') {
		c = lex_getc();
		if (c == '(')
			read_arithmetic(part);
		else {
			input_ungetc(c);
			read_command(part);
		}
	} else if (c == '{')
		read_braces(part);
	else {
		part->type = PART_PARAM;
		part->text = starts_name(c) ? read_name(c) : one_char_name(c);
	}
	add_part(b, part);
}

/* After a backslash. */
static void
read_escaped(struct builder *b, enum context context)
{
	int c = input_getc();
	const char *special = "$`\"\\";

	if (c == '\n')
		return;
	if (context == IN_WORD || context == IN_BRACE) {
		if (c == -1)
			add_char(b, '\\', true);
		else
			add_char(b, c, true);
		return;
	}
	if (context == IN_HERE_DOC || context == IN_ARITH)
		special = "$`\\";
	else if (context == IN_QUOTED_BRACE)
		special = "$`\"\\}";
	if (c == -1 || c == '\0' || strchr(special, c) == NULL) {
		add_char(b, '\\', true);
		input_ungetc(c);
	} else
		add_char(b, c, true);
}

static bool
ends(enum context context, int c)
{
	switch (context) {
	case IN_WORD:
		if (c == -1 || strchr(" \t\n;&|<>()", c) == NULL)
			return c == -1;
		input_ungetc(c);
		return true;
	case IN_QUOTES:
		if (c == -1)
			syntax_error("Unterminated quoted string");
		return c == '"';
	case IN_BRACE:
	case IN_QUOTED_BRACE:
		if (c == -1)
			syntax_error("Missing '}'");
		return c == '}';
	default:
		return c == -1;
	}
}

static void
read_parts(struct builder *b, enum context context, int c)
{
	bool quoted = context != IN_WORD && context != IN_BRACE;

	check_stack();
	if (c == 0)
		c = input_getc();
	for (; !ends(context, c); c = input_getc()) {
		if (c == '\\')
			read_escaped(b, context);
		else if (c == '$')
			read_dollar(b, quoted);
		else if (c == '`') {
			struct part *part = parse_alloc(sizeof(*part));

			flush_text(b);
			part->quoted = quoted;
			read_backquotes(part, context);
			add_part(b, part);
		} else if (c == '\'' && !quoted)
			read_single_quotes(b);
		else if (c == '"' && context != IN_HERE_DOC && context != IN_ARITH)
			read_double_quotes(b);
		else if (c != '"' || context != IN_ARITH)
			add_char(b, c, quoted);
	}
}

static struct word *
finish(struct builder *b)
{
	flush_text(b);
	return b->word;
}

struct word *
read_word(int first)
{
	struct builder b;
	struct part *part;

	builder_init(&b);
	read_parts(&b, IN_WORD, first);
	finish(&b);
	part = b.word->parts;
	if (part != NULL && part->type == PART_TEXT && !part->quoted) {
		size_t length = name_length(part->text);

		b.word->assignment = length > 0 && part->text[length] == '=';
	}
	return b.word;
}

/* The body of a here-document whose delimiter is not quoted; or a prompt. */
struct word *
read_here_word(const char *text)
{
	struct builder b;
	struct cleanup pop;

	builder_init(&b);
	input_push_string(text, NULL, true);
	push_cleanup(&pop, input_pop, NULL);
	read_parts(&b, IN_HERE_DOC, 0);
	pop_cleanup(&pop);
	return finish(&b);
}

struct word *
read_until_brace(bool in_quotes, bool pattern)
{
	struct builder b;

	builder_init(&b);
	read_parts(&b, in_quotes && !pattern ? IN_QUOTED_BRACE : IN_BRACE, 0);
	return finish(&b);
}
