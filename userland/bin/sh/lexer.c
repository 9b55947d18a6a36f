/*
 * Tokens.
 */
#include <stdlib.h>
#include <string.h>

#include "sh.h"

struct lexer lexer;

static const char *const names[] = {
	[TOK_EOF] = "end of file", [TOK_NEWLINE] = "newline", [TOK_WORD] = "word", [TOK_IO_NUMBER] = "number",
	[TOK_SEMI] = ";", [TOK_DSEMI] = ";;", [TOK_SEMI_AND] = ";&", [TOK_AMP] = "&", [TOK_AND_IF] = "&&",
	[TOK_PIPE] = "|", [TOK_OR_IF] = "||", [TOK_LPAREN] = "(", [TOK_RPAREN] = ")", [TOK_LESS] = "<",
	[TOK_GREAT] = ">", [TOK_DGREAT] = ">>", [TOK_CLOBBER] = ">|", [TOK_LESSAND] = "<&",
	[TOK_GREATAND] = ">&", [TOK_LESSGREAT] = "<>", [TOK_DLESS] = "<<", [TOK_DLESSDASH] = "<<-",
};

static const char *const reserved[] = {
	"!", "{", "}", "case", "do", "done", "elif", "else", "esac", "fi", "for", "if", "in", "then", "until",
	"while",
};

const char *
token_name(const struct token *t)
{
	return t->type == TOK_WORD && t->plain != NULL ? t->plain : names[t->type];
}

bool
is_reserved(const char *s)
{
	for (size_t i = 0; i < nitems(reserved); i++) {
		if (strcmp(s, reserved[i]) == 0)
			return true;
	}
	return false;
}

/* The next character, where a backslash before a newline joins lines. */
int
lex_getc(void)
{
	for (;;) {
		int c = input_getc();

		if (c != '\\')
			return c;
		c = input_getc();
		if (c != '\n') {
			input_ungetc(c);
			return '\\';
		}
	}
}

const char *
plain_text(const struct word *w)
{
	if (w->parts == NULL || w->parts->next != NULL)
		return NULL;
	if (w->parts->type != PART_TEXT || w->parts->quoted)
		return NULL;
	return w->parts->text;
}

/* If the next character is `c`, take it. */
static bool
take(int c)
{
	int next = lex_getc();

	if (next == c)
		return true;
	input_ungetc(next);
	return false;
}

static enum token_type
read_less(void)
{
	if (take('<'))
		return take('-') ? TOK_DLESSDASH : TOK_DLESS;
	if (take('&'))
		return TOK_LESSAND;
	return take('>') ? TOK_LESSGREAT : TOK_LESS;
}

static enum token_type
read_great(void)
{
	if (take('>'))
		return TOK_DGREAT;
	if (take('&'))
		return TOK_GREATAND;
	return take('|') ? TOK_CLOBBER : TOK_GREAT;
}

/* A line of a here-document, without its newline; null at the end of input. */
static char *
read_here_line(bool strip_tabs, bool joined)
{
	struct buf line = { 0 };
	int c = input_getc();

	if (c == -1)
		return NULL;
	while (strip_tabs && c == '\t')
		c = input_getc();
	while (c != -1 && c != '\n') {
		if (c == '\\' && joined) {
			int after = input_getc();

			buf_putc(&line, '\\');
			if (after == '\n') {
				buf_putc(&line, '\n');
				c = input_getc();
				while (strip_tabs && c == '\t')
					c = input_getc();
				continue;
			}
			if (after != -1)
				buf_putc(&line, (char)after);
			c = input_getc();
			continue;
		}
		buf_putc(&line, (char)c);
		c = input_getc();
	}
	return buf_string(&line);
}

/* Is this line, when its continued lines are joined, the delimiter? */
static bool
is_delimiter(const char *line, const char *delimiter)
{
	for (; *line != '\0'; line++) {
		if (line[0] == '\\' && line[1] == '\n') {
			line++;
			continue;
		}
		if (*line != *delimiter++)
			return false;
	}
	return *delimiter == '\0';
}

static void
read_here_doc(struct here_doc *h)
{
	struct buf body = { 0 };
	char *line;

	while ((line = read_here_line(h->strip_tabs, !h->quoted)) != NULL) {
		if (is_delimiter(line, h->delimiter))
			break;
		buf_puts(&body, line);
		buf_putc(&body, '\n');
	}
	if (h->quoted) {
		struct part *part = parse_alloc(sizeof(*part));

		part->type = PART_TEXT;
		part->quoted = true;
		part->text = arena_strndup(parse_arena, buf_string(&body), body.len);
		part->length = body.len;
		h->redir->word = parse_alloc(sizeof(struct word));
		h->redir->word->parts = part;
	} else
		h->redir->word = read_here_word(buf_string(&body));
}

static void
read_here_docs(void)
{
	struct here_doc *h = lexer.here_docs;

	lexer.here_docs = NULL;
	for (; h != NULL; h = h->next)
		read_here_doc(h);
}

static bool
is_number(const char *s)
{
	return s != NULL && *s != '\0' && strlen(s) < 9 && s[strspn(s, "0123456789")] == '\0';
}

/* Skip blanks and comments; the first character of a token. */
static int
skip_blanks(void)
{
	int c;

	for (;;) {
		c = lex_getc();
		if (c == '#') {
			while ((c = input_getc()) != -1 && c != '\n')
				continue;
		}
		if (c != ' ' && c != '\t')
			return c;
	}
}

static void
read_word_token(struct token *t, int c)
{
	t->type = TOK_WORD;
	t->word = read_word(c);
	t->plain = plain_text(t->word);
	if (is_number(t->plain)) {
		c = lex_getc();
		input_ungetc(c);
		if (c == '<' || c == '>') {
			t->type = TOK_IO_NUMBER;
			t->number = atoi(t->plain);
		}
	}
}

static void
read_token(struct token *t)
{
	int c = skip_blanks();

	memset(t, 0, sizeof(*t));
	t->line = input_line();
	t->start = input_recorded() - (c != -1);
	switch (c) {
	case -1:
		t->type = TOK_EOF;
		read_here_docs();
		break;
	case '\n':
		t->type = TOK_NEWLINE;
		t->line--;
		read_here_docs();
		break;
	case ';':
		t->type = take(';') ? TOK_DSEMI : take('&') ? TOK_SEMI_AND : TOK_SEMI;
		break;
	case '&':
		t->type = take('&') ? TOK_AND_IF : TOK_AMP;
		break;
	case '|':
		t->type = take('|') ? TOK_OR_IF : TOK_PIPE;
		break;
	case '(':
		t->type = TOK_LPAREN;
		break;
	case ')':
		t->type = TOK_RPAREN;
		break;
	case '<':
		t->type = read_less();
		break;
	case '>':
		t->type = read_great();
		break;
	default:
		read_word_token(t, c);
	}
	t->end = input_recorded();
}

/*
 * The next token, without taking it. In the position of a command's name aliases are replaced; also after
 * an alias whose value ends in a blank.
 */
struct token *
peek_token(bool command_position)
{
	struct token *t = &lexer.token;

	if (lexer.have_token)
		return t;
	for (;;) {
		struct alias *alias;

		alias_blank = false;
		read_token(t);
		if (t->type != TOK_WORD || t->plain == NULL || !(command_position || alias_blank))
			break;
		if (is_reserved(t->plain) || (alias = alias_find(t->plain)) == NULL || alias->in_use)
			break;
		input_push_string(alias->value, alias, false);
	}
	lexer.have_token = true;
	return t;
}

void
next_token(void)
{
	lexer.last_end = lexer.token.end;
	lexer.have_token = false;
}
