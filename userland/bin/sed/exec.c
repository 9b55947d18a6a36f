/*
 * Running the script.
 */
#include "sed.h"

#include <stdlib.h>
#include <string.h>

/* What a, r add: it is written when the next line is read, or at the end. */
struct addition {
	const struct text *text;
	bool is_file;
};

enum outcome { NEXT_COMMAND, NEXT_CYCLE, NEXT_CYCLE_SILENTLY, SAME_LINE, QUIT, QUIT_SILENTLY };

static struct text pattern, hold;
static bool lacks_newline, replaced;
static struct addition *additions;
static size_t addition_count, addition_size;

static void
add(const struct text *text, bool is_file)
{
	if (addition_count == addition_size) {
		addition_size = addition_size * 2 + 8;
		additions = need(reallocarray(additions, addition_size, sizeof(*additions)));
	}
	additions[addition_count++] = (struct addition){ text, is_file };
}

static void
copy_file(const char *name)
{
	FILE *f = strcmp(name, "/dev/stdin") == 0 ? stdin : fopen(name, "r");
	char buffer[4096];
	size_t n;

	if (f == NULL)
		return;		/* as an empty file */
	while ((n = fread(buffer, 1, sizeof(buffer), f)) > 0)
		output_write(&standard_output, buffer, n, false);
	if (f != stdin)
		fclose(f);
}

static void
write_additions(void)
{
	for (size_t i = 0; i < addition_count; i++)
		if (additions[i].is_file)
			copy_file(additions[i].text->data);
		else
			output_write(&standard_output, additions[i].text->data, additions[i].text->length, false);
	addition_count = 0;
}

static void
print_pattern(struct output *o, size_t length)
{
	bool newline = !(lacks_newline && length == pattern.length);

	output_write(o, pattern.data, length, newline);
	o->lacks_newline = !newline;
}

static bool
at(const struct address *a)
{
	regmatch_t m[1];

	switch (a->kind) {
	case ADDRESS_LINE:
		return input_line() == a->line;
	case ADDRESS_STEP:
		if (a->step == 0)
			return input_line() == a->line;
		return input_line() >= a->line && (input_line() - a->line) % a->step == 0;
	case ADDRESS_LAST:
		return input_last();
	case ADDRESS_REGEX:
		return matches(a->regex, &pattern, 0, 1, m);
	default:
		return true;
	}
}

/* The first line of a range has been found: is there more of it? */
static void
begin_range(struct command *c)
{
	unsigned long line = input_line();

	c->active = true;
	switch (c->second.kind) {
	case ADDRESS_LINE:
		c->range_end = c->second.line;
		break;
	case ADDRESS_MORE:
		c->range_end = line + c->second.line;
		break;
	case ADDRESS_MULTIPLE:
		c->range_end = line;
		if (c->second.line > 0)
			c->range_end = (line + c->second.line - 1) / c->second.line * c->second.line;
		break;
	case ADDRESS_LAST:
		c->active = !input_last();
		return;
	default:
		return;
	}
	if (c->range_end <= line)
		c->active = false;
}

static bool
selected(struct command *c)
{
	if (c->second.kind == ADDRESS_NONE)
		return at(&c->first) != c->negated;
	if (c->active) {
		if (c->second.kind == ADDRESS_REGEX || c->second.kind == ADDRESS_LAST) {
			c->active = !at(&c->second);
			return !c->negated;
		}
		if (input_line() >= c->range_end)
			c->active = false;
		if (input_line() <= c->range_end)
			return !c->negated;
	}
	if (!at(&c->first))
		return c->negated;
	begin_range(c);
	return !c->negated;
}

/* For n and N.  Without a next line nothing more is run; with files edited one by one, in this file. */
static bool
next_line(struct text *t)
{
	if (input_last())
		return false;
	write_additions();
	input_next(t, &lacks_newline);
	return true;
}

static enum outcome
join_next(void)
{
	static struct text more;

	if (!next_line(&more))
		return separate ? NEXT_CYCLE : QUIT_SILENTLY;
	text_add(&pattern, "\n", 1);
	text_add(&pattern, more.data, more.length);
	return NEXT_COMMAND;
}

static enum outcome
delete_line(void)
{
	char *newline = memchr(pattern.data, '\n', pattern.length);
	size_t length;

	if (newline == NULL)
		return NEXT_CYCLE_SILENTLY;
	length = (size_t)(newline + 1 - pattern.data);
	pattern.length -= length;
	memmove(pattern.data, newline + 1, pattern.length + 1);
	return SAME_LINE;
}

static void
run_substitution(const struct substitution *s)
{
	if (!substitute(s, &pattern))
		return;
	replaced = true;
	if (s->print)
		print_pattern(&standard_output, pattern.length);
	if (s->output != NULL)
		print_pattern(s->output, pattern.length);
}

/* The commands that only move text. */
static void
run_simple(struct command *c)
{
	struct text t;
	char *newline;
	char number[24];

	switch (c->name) {
	case 'g':
		text_set(&pattern, hold.data, hold.length);
		lacks_newline = false;
		break;
	case 'G':
		lacks_newline = false;
		text_add(&pattern, "\n", 1);
		text_add(&pattern, hold.data, hold.length);
		break;
	case 'h':
		text_set(&hold, pattern.data, pattern.length);
		break;
	case 'H':
		text_add(&hold, "\n", 1);
		text_add(&hold, pattern.data, pattern.length);
		break;
	case 'x':
		t = pattern;
		pattern = hold;
		hold = t;
		break;
	case 'i':
		output_write(&standard_output, c->text.data, c->text.length, false);
		break;
	case 'l':
		output_visible(&standard_output, &pattern, c->number);
		break;
	case 'p':
		print_pattern(&standard_output, pattern.length);
		break;
	case 'P':
		newline = memchr(pattern.data, '\n', pattern.length);
		print_pattern(&standard_output, newline == NULL ? pattern.length : (size_t)(newline - pattern.data));
		break;
	case 'y':
		for (size_t i = 0; i < pattern.length; i++)
			pattern.data[i] = (char)c->map[(unsigned char)pattern.data[i]];
		break;
	case '=':
		snprintf(number, sizeof(number), "%lu", input_line());
		output_write(&standard_output, number, strlen(number), true);
		break;
	}
}

/* *next is the command to go on with, already set to the one after this. */
static enum outcome
run(struct command *c, size_t *next)
{
	switch (c->name) {
	case 'a':
		add(&c->text, false);
		break;
	case 'b':
		*next = c->target;
		break;
	case 'c':
		if (c->second.kind == ADDRESS_NONE || c->negated || !c->active)
			output_write(&standard_output, c->text.data, c->text.length, false);
		return NEXT_CYCLE_SILENTLY;
	case 'd':
		return NEXT_CYCLE_SILENTLY;
	case 'D':
		return delete_line();
	case 'n':
		if (input_last())
			return separate ? NEXT_CYCLE : QUIT;
		if (!quiet)
			print_pattern(&standard_output, pattern.length);
		next_line(&pattern);
		break;
	case 'N':
		return join_next();
	case 'q':
		return QUIT;
	case 'r':
		add(&c->text, true);
		break;
	case 's':
		run_substitution(c->s);
		break;
	case 't':
		if (replaced)
			*next = c->target;
		replaced = false;
		break;
	case 'w':
		print_pattern(c->output, pattern.length);
		break;
	default:
		run_simple(c);
	}
	return NEXT_COMMAND;
}

static enum outcome
cycle(struct script *s, int *status)
{
	enum outcome o;

	for (size_t i = 0; i < s->count;) {
		struct command *c = &s->commands[i++];

		if (!selected(c)) {
			if (c->name == '{')
				i = c->target;
			continue;
		}
		if ((o = run(c, &i)) == NEXT_COMMAND)
			continue;
		if (c->name == 'q')
			*status = (int)(c->number & 0xff);
		return o;
	}
	return NEXT_CYCLE;
}

int
execute(struct script *s)
{
	enum outcome o = NEXT_CYCLE;
	int status = 0;

	text_set(&pattern, "", 0);
	text_set(&hold, "", 0);
	while (o != QUIT && o != QUIT_SILENTLY) {
		if (o != SAME_LINE) {
			if (!input_next(&pattern, &lacks_newline))
				break;
			replaced = false;
		}
		o = cycle(s, &status);
		if (!quiet && (o == NEXT_CYCLE || o == QUIT))
			print_pattern(&standard_output, pattern.length);
		write_additions();
	}
	if (in_place && (o == QUIT || o == QUIT_SILENTLY)) {
		/* The rest of the file stays as it is. */
		while (!input_last() && input_next(&pattern, &lacks_newline))
			print_pattern(&standard_output, pattern.length);
		input_close();
	}
	return status;
}
