/*
 * Where lines go.
 */
#include "sed.h"

#include <ctype.h>
#include <err.h>
#include <stdlib.h>
#include <string.h>

struct output standard_output = { NULL, "stdout", false };
static struct output standard_error = { NULL, "stderr", false };
static struct output **opened;
static size_t opened_count;

/* The same name is the same file, opened once for the whole script. */
struct output *
output_open(const char *name)
{
	struct output *o;

	if (strcmp(name, "/dev/stdout") == 0)
		return &standard_output;
	if (strcmp(name, "/dev/stderr") == 0) {
		standard_error.file = stderr;
		return &standard_error;
	}
	for (size_t i = 0; i < opened_count; i++)
		if (strcmp(opened[i]->name, name) == 0)
			return opened[i];
	o = need(calloc(1, sizeof(*o)));
	o->name = need(strdup(name));
	o->file = fopen(name, "w");
	if (o->file == NULL)
		err(4, "%s", name);
	opened = need(reallocarray(opened, opened_count + 1, sizeof(*opened)));
	opened[opened_count++] = o;
	return o;
}

/* A last line without a newline stays so, unless something follows it. */
void
output_write(struct output *o, const char *data, size_t length, bool newline)
{
	if (o->lacks_newline)
		putc('\n', o->file);
	fwrite(data, 1, length, o->file);
	if (newline)
		putc('\n', o->file);
	o->lacks_newline = false;
	if (ferror(o->file))
		err(4, "%s", o->name);
	if (o != &standard_output)
		output_flush(o);	/* r may read it */
}

void
output_visible(struct output *o, const struct text *t, unsigned long width)
{
	static const char names[] = "\a\b\f\n\r\t\v\\", letters[] = "abfnrtv\\";
	unsigned long column = 0;
	char piece[8];

	if (o->lacks_newline)
		putc('\n', o->file);
	o->lacks_newline = false;
	for (size_t i = 0; i < t->length; i++) {
		unsigned char c = (unsigned char)t->data[i];
		const char *special = c == '\0' ? NULL : strchr(names, c);

		if (special != NULL)
			snprintf(piece, sizeof(piece), "\\%c", letters[special - names]);
		else if (isprint(c))
			snprintf(piece, sizeof(piece), "%c", c);
		else
			snprintf(piece, sizeof(piece), "\\%03o", c);
		if (width > 1 && column + strlen(piece) > width - 1) {
			fputs("\\\n", o->file);
			column = 0;
		}
		fputs(piece, o->file);
		column += strlen(piece);
	}
	fputs("$\n", o->file);
}

void
output_flush(struct output *o)
{
	if (fflush(o->file) == EOF)
		err(4, "%s", o->name);
}

void
output_close_all(void)
{
	if (fflush(stdout) == EOF)
		err(4, "stdout");
	for (size_t i = 0; i < opened_count; i++)
		if (fclose(opened[i]->file) == EOF)
			err(4, "%s", opened[i]->name);
}
