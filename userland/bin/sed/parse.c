/*
 * Reading the script.
 */
#include "sed.h"

#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void
bad(const struct reader *r, const char *format, ...)
{
	char message[512];
	va_list ap;

	va_start(ap, format);
	vsnprintf(message, sizeof(message), format, ap);
	va_end(ap);
	errx(1, "script line %d: %s", r->line, message);
}

static int
peek(const struct reader *r)
{
	return r->p < r->end ? (unsigned char)*r->p : EOF;
}

static void
skip_blanks(struct reader *r)
{
	while (peek(r) == ' ' || peek(r) == '\t')
		r->p++;
}

static void
skip_spaces(struct reader *r)
{
	for (; peek(r) != EOF && (isspace(peek(r)) || peek(r) == ';'); r->p++)
		if (*r->p == '\n')
			r->line++;
}

static unsigned long
number(struct reader *r)
{
	unsigned long n = 0;

	for (; peek(r) != EOF && isdigit(peek(r)); r->p++) {
		if (n > (~0UL - 9) / 10)
			bad(r, "number too large");
		n = n * 10 + (unsigned long)(*r->p - '0');
	}
	return n;
}

/* A command that takes nothing more must be followed by the end of the line, a semicolon or a brace. */
static void
end_of_command(struct reader *r)
{
	skip_blanks(r);
	if (peek(r) == '\n' || peek(r) == ';')
		skip_spaces(r);
	else if (peek(r) != EOF && peek(r) != '}' && peek(r) != '#')
		bad(r, "extra characters after command");
}

static bool
parse_address(struct reader *r, struct address *a, bool second)
{
	int c = peek(r);

	if (c != EOF && isdigit(c)) {
		a->kind = ADDRESS_LINE;
		a->line = number(r);
		if (peek(r) == '~' && !second) {
			r->p++;
			a->kind = ADDRESS_STEP;
			a->step = number(r);
		}
	} else if (c == '$') {
		r->p++;
		a->kind = ADDRESS_LAST;
	} else if (second && (c == '+' || c == '~')) {
		r->p++;
		a->kind = c == '+' ? ADDRESS_MORE : ADDRESS_MULTIPLE;
		a->line = number(r);
	} else if (c == '/' || c == '\\') {
		if (c == '\\')
			r->p++;
		if (peek(r) == EOF || peek(r) == '\n' || peek(r) == '\\')
			bad(r, "unterminated address");
		c = *r->p++;
		a->kind = ADDRESS_REGEX;
		a->regex = parse_regex(r, (char)c);
	} else
		return false;
	return true;
}

static void
parse_addresses(struct reader *r, struct command *c)
{
	if (parse_address(r, &c->first, false)) {
		skip_blanks(r);
		if (peek(r) == ',') {
			r->p++;
			skip_blanks(r);
			if (!parse_address(r, &c->second, true))
				bad(r, "no address after the comma");
		}
		/* 0,/re/ differs from 1,/re/ in that line 1 may end the range. */
		if (c->first.kind == ADDRESS_LINE && c->first.line == 0) {
			if (c->second.kind != ADDRESS_REGEX)
				bad(r, "there is no line 0");
			c->active = true;
		}
	}
	for (skip_blanks(r); peek(r) == '!'; skip_blanks(r)) {
		r->p++;
		c->negated = true;
	}
}

/* The text of a, c and i: lines that end in a backslash have another after them. */
static void
parse_text(struct reader *r, struct command *c)
{
	skip_blanks(r);
	if (peek(r) == '\\') {
		const char *start = r->p++;

		skip_blanks(r);
		if (peek(r) == '\n') {
			r->p++;
			r->line++;
		} else
			r->p = start + 1;	/* a\text: the backslash keeps blanks */
	}
	if (peek(r) == EOF)
		bad(r, "expected text after %c", c->name);
	for (; peek(r) != EOF && *r->p != '\n'; r->p++) {
		if (*r->p == '\\' && ++r->p == r->end)
			break;
		if (*r->p == '\n')
			r->line++;
		text_add(&c->text, r->p, 1);
	}
	text_add(&c->text, "\n", 1);
	skip_spaces(r);
}

/* A file name goes to the end of the line. */
static void
parse_name(struct reader *r, struct text *name)
{
	skip_blanks(r);
	for (; peek(r) != EOF && *r->p != '\n'; r->p++)
		text_add(name, r->p, 1);
	if (name->length == 0)
		bad(r, "missing file name");
	skip_spaces(r);
}

struct output *
parse_output(struct reader *r)
{
	struct text name = { NULL, 0, 0 };

	parse_name(r, &name);
	return output_open(name.data);
}

static void
parse_label(struct reader *r, struct command *c)
{
	skip_blanks(r);
	text_add(&c->text, "", 0);
	for (; peek(r) != EOF && !isspace(peek(r)) && *r->p != ';'; r->p++)
		text_add(&c->text, r->p, 1);
	if (c->name == ':' && c->text.length == 0)
		bad(r, ": wants a label");
	end_of_command(r);
}

static void
parse_map(struct reader *r, struct command *c)
{
	struct text from = { NULL, 0, 0 }, to = { NULL, 0, 0 };
	char delimiter = peek(r) == EOF ? '\n' : *r->p++;

	if (delimiter == '\n' || delimiter == '\\' || !read_delimited(r, delimiter, false, &from) ||
	    !read_delimited(r, delimiter, false, &to))
		bad(r, "unterminated y command");
	if (from.length != to.length)
		bad(r, "the strings of y differ in length");
	c->map = need(malloc(256));
	for (int i = 0; i < 256; i++)
		c->map[i] = (unsigned char)i;
	for (size_t i = 0; i < from.length; i++)
		c->map[(unsigned char)from.data[i]] = (unsigned char)to.data[i];
	free(from.data);
	free(to.data);
	end_of_command(r);
}

static void
parse_arguments(struct reader *r, struct command *c)
{
	switch (c->name) {
	case 'a':
	case 'c':
	case 'i':
		parse_text(r, c);
		break;
	case ':':
		if (c->first.kind != ADDRESS_NONE)
			bad(r, ": takes no address");
		parse_label(r, c);
		break;
	case 'b':
	case 't':
		parse_label(r, c);
		break;
	case 'r':
		parse_name(r, &c->text);
		break;
	case 'w':
		c->output = parse_output(r);
		break;
	case 's':
		parse_substitution(r, c);
		end_of_command(r);
		break;
	case 'y':
		parse_map(r, c);
		break;
	case 'l':
	case 'q':
		if (c->name == 'q' && c->second.kind != ADDRESS_NONE)
			bad(r, "q takes one address at most");
		skip_blanks(r);
		c->number = c->name == 'l' ? 70 : 0;
		if (peek(r) != EOF && isdigit(peek(r)))
			c->number = number(r);
		end_of_command(r);
		break;
	default:
		if (strchr("dDgGhHnNpPx=", c->name) == NULL)
			bad(r, "unknown command: %c", c->name);
		end_of_command(r);
	}
}

static void
resolve_labels(const struct reader *r, struct script *s)
{
	for (size_t i = 0; i < s->count; i++) {
		struct command *c = &s->commands[i];

		if (c->name != 'b' && c->name != 't')
			continue;
		c->target = s->count;
		if (c->text.length == 0)
			continue;
		for (size_t j = 0; j < s->count; j++)
			if (s->commands[j].name == ':' && strcmp(s->commands[j].text.data, c->text.data) == 0)
				c->target = j;
		if (c->target == s->count)
			bad(r, "no label %s", c->text.data);
	}
}

void
parse(struct script *s, const char *text, size_t length)
{
	struct reader r = { text, text + length, 1, s->extended };
	size_t open[256], depth = 0;

	for (skip_spaces(&r); peek(&r) != EOF; skip_spaces(&r)) {
		struct command *c;

		if (peek(&r) == '#') {
			while (peek(&r) != EOF && peek(&r) != '\n')
				r.p++;
			continue;
		}
		s->commands = need(reallocarray(s->commands, s->count + 1, sizeof(*c)));
		c = &s->commands[s->count];
		memset(c, 0, sizeof(*c));
		parse_addresses(&r, c);
		if (peek(&r) == EOF)
			bad(&r, "missing command");
		c->name = *r.p++;
		if (c->name == '}') {
			if (depth == 0 || c->first.kind != ADDRESS_NONE)
				bad(&r, "unexpected }");
			s->commands[open[--depth]].target = s->count;
			end_of_command(&r);
			continue;
		}
		if (c->name == '{') {
			if (depth == sizeof(open) / sizeof(open[0]))
				bad(&r, "too many {");
			open[depth++] = s->count;
		} else
			parse_arguments(&r, c);
		s->count++;
	}
	if (depth > 0)
		bad(&r, "{ without }");
	resolve_labels(&r, s);
}
