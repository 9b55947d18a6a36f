/*
 * Regular expressions, s, and the global commands.
 */
#include "ed.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static regex_t previous;
static bool has_previous;
static struct text last_replacement;

/* Up to the delimiter, which is left, or the end of the line. */
regex_t *
read_pattern(char delimiter)
{
	struct text t = { NULL, 0, 0 };
	static char message[128];
	regex_t re;
	int error;

	if (delimiter == ' ' || delimiter == '\0' || delimiter == '\n')
		fail("Invalid pattern delimiter");
	text_add(&t, "", 0);
	while (*p != delimiter && *p != '\0') {
		if (*p == '[') {
			const char *end = p + 1;

			end += *end == '^';
			end += *end == ']';
			while (*end != ']' && *end != '\0')
				if (end[0] == '[' && end[1] != '\0' && strchr(".:=", end[1]) != NULL) {
					char close[] = { end[1], ']', '\0' };
					const char *found = strstr(end + 2, close);

					end = found == NULL ? end + 1 : found + 2;
				} else
					end++;
			if (*end == '\0') {
				free(t.data);
				fail("Unbalanced brackets ([])");
			}
			text_add(&t, p, (size_t)(end + 1 - p));
			p = end + 1;
			continue;
		}
		if (*p == '\\' && p[1] != '\0') {
			if (p[1] != delimiter)
				text_add(&t, p, 1);
			p++;
		}
		text_add(&t, p++, 1);
	}
	if (t.length == 0) {
		free(t.data);
		if (!has_previous)
			fail("No previous pattern");
		return &previous;
	}
	error = regcomp(&re, t.data, 0);
	free(t.data);
	if (error != 0) {
		regerror(error, &re, message, sizeof(message));
		fail(message);
	}
	if (has_previous)
		regfree(&previous);
	previous = re;
	has_previous = true;
	return &previous;
}

static bool
matches(regex_t *re, const struct line *l, size_t from, regmatch_t m[10])
{
	m[0].rm_so = (regoff_t)from;
	m[0].rm_eo = (regoff_t)l->length;
	return regexec(re, l->text, 10, m, REG_STARTEND | (from > 0 ? REG_NOTBOL : 0)) == 0;
}

bool
line_matches(regex_t *re, const struct line *l)
{
	regmatch_t m[10];

	return matches(re, l, 0, m);
}

/* Escapes stay in it.  A lone % is the last one. */
static void
read_replacement(char delimiter)
{
	struct text t = { NULL, 0, 0 };

	text_add(&t, "", 0);
	if (p[0] == '%' && (p[1] == delimiter || p[1] == '\0')) {
		if (last_replacement.data == NULL)
			fail("No previous substitution");
		p++;
		free(t.data);
		return;
	}
	while (*p != delimiter && *p != '\0') {
		if (*p == '\\' && p[1] != '\0')
			text_add(&t, p++, 1);
		text_add(&t, p++, 1);
	}
	free(last_replacement.data);
	last_replacement = t;
}

static void
add_replacement(struct text *t, const struct line *l, const regmatch_t m[10])
{
	for (const char *r = last_replacement.data; *r != '\0'; r++) {
		int group = -1;

		if (*r == '&')
			group = 0;
		else if (*r == '\\' && *++r >= '1' && *r <= '9')
			group = *r - '0';
		if (group < 0)
			text_add(t, r, 1);
		else if (m[group].rm_so >= 0)
			text_add(t, l->text + m[group].rm_so, (size_t)(m[group].rm_eo - m[group].rm_so));
	}
}

/* An empty match directly after another match is none. */
static bool
substitute_in(const struct line *l, regex_t *re, unsigned long which, bool everywhere, struct text *t)
{
	size_t from = 0, copied = 0;
	unsigned long found = 0;
	regmatch_t m[10];
	bool changed = false;

	t->length = 0;
	text_add(t, "", 0);
	while (from <= l->length && matches(re, l, from, m)) {
		size_t so = (size_t)m[0].rm_so, eo = (size_t)m[0].rm_eo;

		if ((so < eo || so > copied || found == 0) && ++found >= which) {
			text_add(t, l->text + copied, so - copied);
			add_replacement(t, l, m);
			copied = eo;
			changed = true;
			if (!everywhere)
				break;
		}
		from = eo + (so == eo);
	}
	text_add(t, l->text + copied, l->length - copied);
	return changed;
}

/* A newline in the replacement makes several lines of one. */
static size_t
put_result(size_t n, const struct text *t)
{
	struct line **lines = NULL;
	size_t count = 0;
	const char *start = t->data, *end = start + t->length;

	for (;;) {
		const char *stop = memchr(start, '\n', (size_t)(end - start));

		lines = need(realloc(lines, (count + 1) * sizeof(struct line *)));
		lines[count++] = new_line(start, (size_t)((stop == NULL ? end : stop) - start));
		if (stop == NULL)
			break;
		start = stop + 1;
	}
	replace_line(n, lines, count);
	free(lines);
	return count;
}

void
substitute(void)
{
	struct text t = { NULL, 0, 0 };
	char delimiter = *p;
	regex_t *re;
	unsigned long which = 0;
	bool everywhere = false, any = false, print = false, number = false, list = false;

	default_range(buffer.current, buffer.current);
	if (delimiter != '\0')
		p++;
	re = read_pattern(delimiter);
	if (*p == '\0')
		fail("Missing pattern delimiter");
	p++;
	read_replacement(delimiter);
	if (*p == '\0')
		print = true;	/* s/a/b is s/a/b/p */
	else
		p++;
	for (; *p == 'g' || isdigit((unsigned char)*p); p++)
		if (*p == 'g')
			everywhere = true;
		else {
			char *end;

			which = strtoul(p, &end, 10);
			p = end - 1;
		}
	print |= read_suffix(&number, &list);
	for (size_t n = first, end = last; n <= end; n++)
		if (substitute_in(buffer.lines[n], re, which, everywhere, &t)) {
			size_t more = put_result(n, &t) - 1;

			n += more;
			end += more;
			any = true;
		}
	free(t.data);
	if (!any && !in_global)
		fail("No match");
	if (print && any)
		print_lines(buffer.current, buffer.current, number, list);
}

/* The list: after it, a line that ends in a backslash has another one, which the reader has joined. */
static char *
read_list(void)
{
	char *list = need(malloc(strlen(p) + 3)), *q = list;

	for (; *p != '\0'; p++)
		if (p[0] == '\\' && p[1] == '\n') {
			*q++ = '\n';
			p++;
		} else
			*q++ = *p;
	*q = '\0';
	if (list[0] == '\0')
		strcpy(list, "p");
	return list;
}

/* Shows the line, and asks for the commands: none, & for those before, or others. */
static const char *
ask_for_list(void)
{
	static char *kept, *line;
	static size_t size;
	ssize_t n;

	print_lines(buffer.current, buffer.current, false, false);
	fflush(stdout);
	if ((n = getline(&line, &size, stdin)) == -1)
		fail("Unexpected end-of-file");
	line[n - 1] = '\0';
	if (line[0] == '\0')
		return NULL;
	if (strcmp(line, "&") != 0) {
		free(kept);
		kept = need(strdup(line));
	}
	if (kept == NULL)
		fail("No previous command");
	return kept;
}

static size_t
next_chosen(size_t from)
{
	for (size_t i = 0; i < buffer.count; i++) {
		size_t n = (from + i - 1) % buffer.count + 1;

		if (buffer.lines[n]->chosen)
			return n;
	}
	return 0;
}

void
global(bool interactive, bool inverted)
{
	char delimiter = *p, *list = NULL;
	size_t n = 1;
	regex_t *re;

	if (in_global)
		fail("Cannot nest global commands");
	default_range(1, buffer.count);
	if (delimiter != '\0')
		p++;
	re = read_pattern(delimiter);
	if (*p == delimiter)
		p++;
	for (size_t i = 1; i <= buffer.count; i++)
		buffer.lines[i]->chosen = i >= first && i <= last && line_matches(re, buffer.lines[i]) != inverted;
	if (!interactive)
		list = read_list();
	else
		print_suffix();
	in_global = true;
	while (buffer.count > 0 && (n = next_chosen(n)) != 0) {
		const char *commands;

		buffer.lines[n]->chosen = false;
		buffer.current = n;
		commands = interactive ? ask_for_list() : list;
		if (commands == NULL)
			continue;
		begin_list(commands);
		while (read_command())
			run_command();
		end_list();
		n = buffer.current > 0 ? buffer.current : 1;
	}
	in_global = false;
	free(list);
}
