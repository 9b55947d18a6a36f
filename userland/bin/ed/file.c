/*
 * Files and commands of the shell.
 */
#include "ed.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static char reason[256];

static _Noreturn void
fail_about(const char *name)
{
	int error = errno;

	fflush(stdout);
	fprintf(stderr, "%s: %s\n", name, strerror(error));
	snprintf(reason, sizeof(reason), "Cannot open %.200s", name);
	fail(reason);
}

/* What follows a command up to the end of the line; NULL if there is nothing. */
char *
read_file_name(void)
{
	const char *start;

	if (*p != '\0' && *p != ' ' && *p != '\t')
		fail("Unexpected command suffix");
	skip_blanks();
	start = p;
	p += strlen(p);
	return *start == '\0' ? NULL : need(strdup(start));
}

/* Without a name, the remembered one; a name is remembered if there was none. */
static char *
choose(char *name)
{
	if (name == NULL) {
		if (file_name == NULL)
			fail("No current filename");
		return need(strdup(file_name));
	}
	if (file_name == NULL && name[0] != '!')
		file_name = need(strdup(name));
	return name;
}

static FILE *
open_any(const char *name, const char *mode)
{
	FILE *f;

	fflush(stdout);
	f = name[0] == '!' ? popen(name + 1, mode) : fopen(name, mode);
	if (f == NULL)
		fail_about(name);
	return f;
}

static void
close_any(FILE *f, const char *name)
{
	int status = name[0] == '!' ? pclose(f) : fclose(f);

	if (status == -1)
		fail_about(name);
}

void
read_into(size_t after, char *name)
{
	struct line **lines = NULL;
	size_t count = 0, size = 0, bytes = 0, room = 0;
	char *text = NULL;
	ssize_t n;
	FILE *f;

	name = choose(name);
	f = open_any(name, "r");
	while ((n = getline(&text, &room, f)) != -1) {
		size_t length = (size_t)(text[n - 1] == '\n' ? n - 1 : n);

		if (count == size) {
			size = size * 2 + 256;
			lines = need(realloc(lines, size * sizeof(struct line *)));
		}
		lines[count++] = new_line(text, length);
		bytes += length + 1;
	}
	free(text);
	insert_lines(after, lines, count);
	free(lines);
	close_any(f, name);
	free(name);
	if (!silent)
		printf("%zu\n", bytes);
}

void
edit_file(char *name)
{
	if (name == NULL && file_name == NULL)
		fail("No current filename");
	if (buffer.count > 0)
		delete_lines(1, buffer.count);
	modified = false;
	buffer.current = 0;
	if (name != NULL && name[0] != '!') {
		free(file_name);
		file_name = need(strdup(name));
	}
	read_into(0, name);
	modified = false;
}

void
write_file(char *name, const char *mode)
{
	size_t bytes = 0;
	FILE *f;

	if (address_count == 0) {
		first = buffer.count > 0 ? 1 : 0;
		last = buffer.count;
	} else
		default_range(first, last);
	name = choose(name);
	f = open_any(name, mode);
	for (size_t i = first; i <= last && i > 0; i++) {
		fwrite(buffer.lines[i]->text, 1, buffer.lines[i]->length, f);
		putc('\n', f);
		bytes += buffer.lines[i]->length + 1;
	}
	if (ferror(f))
		fail_about(name);
	if (name[0] != '!' && first <= 1 && last == buffer.count)
		modified = false;
	close_any(f, name);
	free(name);
	if (!silent)
		printf("%zu\n", bytes);
}

/* ! stands for the command before, % for the file's name. */
void
shell(const char *text)
{
	static char *before;
	struct text t = { NULL, 0, 0 };
	bool changed = false;

	text_add(&t, "", 0);
	if (*text == '!') {
		if (before == NULL)
			fail("No previous command");
		text_add(&t, before, strlen(before));
		text++;
		changed = true;
	}
	for (; *text != '\0'; text++)
		if (*text == '\\' && text[1] == '%')
			text_add(&t, ++text, 1);
		else if (*text == '%') {
			if (file_name == NULL)
				fail("No current filename");
			text_add(&t, file_name, strlen(file_name));
			changed = true;
		} else
			text_add(&t, text, 1);
	free(before);
	before = t.data;
	if (changed)
		puts(before);
	fflush(stdout);
	system(before);
	if (!silent)
		puts("!");
}
