/*
 * Where commands come from: standard input, or the list of a global command.
 */
#include "ed.h"

#include <stdlib.h>
#include <string.h>

const char *p;
static struct text command;
static const char *list, *list_start;	/* what is left of a global command's list */

static bool
read_line(struct text *t)
{
	static char *line;
	static size_t size;
	ssize_t n;

	t->length = 0;
	if (list_start != NULL) {
		size_t length;

		if (*list == '\0')
			return false;
		length = strcspn(list, "\n");
		text_add(t, list, length);
		list += length + (list[length] == '\n');
		return true;
	}
	fflush(stdout);
	n = getline(&line, &size, stdin);
	check_interrupt();
	if (n == -1)
		return false;
	/* NULs mean nothing in commands. */
	for (ssize_t i = 0; i < n; i++)
		if (line[i] == '\0')
			line[i] = ' ';
	text_add(t, line, (size_t)(line[n - 1] == '\n' ? n - 1 : n));
	return true;
}

bool
read_text_line(struct text *t)
{
	if (!read_line(t))
		return false;
	return strcmp(t->data, ".") != 0;
}

static bool
is_continued(const struct text *t)
{
	size_t n = 0;

	while (n < t->length && t->data[t->length - 1 - n] == '\\')
		n++;
	return n % 2 == 1;
}

/* A backslash before the newline joins lines, in s and in lists of global commands. */
static bool
may_continue(const char *text)
{
	text += strspn(text, " \t0123456789.$,;+-%");
	if (*text == '/' || *text == '?' || *text == '\'')
		return true;
	return *text != '\0' && strchr("gvs", *text) != NULL;
}

bool
read_command(void)
{
	struct text more = { NULL, 0, 0 };

	if (!read_line(&command))
		return false;
	while (is_continued(&command) && may_continue(command.data) && read_line(&more)) {
		text_add(&command, "\n", 1);
		text_add(&command, more.data, more.length);
	}
	free(more.data);
	p = command.data;
	return true;
}

void
begin_list(const char *text)
{
	list = list_start = text;
}

void
end_list(void)
{
	list = list_start = NULL;
}

void
skip_blanks(void)
{
	while (*p == ' ' || *p == '\t')
		p++;
}
