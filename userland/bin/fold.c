/*
 * fold: break lines that are too long.
 */
#define _OPENBSD_SOURCE	/* strtonum */
#include <ctype.h>
#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage_text[] =
    "usage: fold [-bs] [-w width] [file ...]\n"
    "  -b        count bytes, not columns\n"
    "  -s        break after blanks, if there are any\n"
    "  -w width  of lines (80)\n";

static bool bytes, at_blanks;
static size_t width = 80;

static _Noreturn void
usage(int status)
{
	fputs(usage_text, status == 0 ? stdout : stderr);
	exit(status);
}

static size_t
advance(size_t column, char c)
{
	if (bytes)
		return column + 1;
	switch (c) {
	case '\b': return column > 0 ? column - 1 : 0;
	case '\r': return 0;
	case '\t': return (column / 8 + 1) * 8;
	default: return column + 1;
	}
}

static size_t
columns(const char *p, size_t length)
{
	size_t column = 0;

	for (size_t i = 0; i < length; i++)
		column = advance(column, p[i]);
	return column;
}

/* The line is collected until it is full; what is after the last blank then begins the next. */
static int
fold(FILE *f, const char *name)
{
	static char *line;
	static size_t size;
	size_t length = 0, column = 0;
	int c;

	while ((c = getc(f)) != EOF) {
		size_t next = advance(column, (char)c), cut;

		if (c == '\n') {
			if (length > 0)
				fwrite(line, 1, length, stdout);
			putchar('\n');
			length = column = 0;
			continue;
		}
		while (next > width && length > 0) {
			cut = length;
			if (at_blanks)
				while (cut > 0 && !isblank((unsigned char)line[cut - 1]))
					cut--;
			if (cut == 0)
				cut = length;
			fwrite(line, 1, cut, stdout);
			putchar('\n');
			length -= cut;
			memmove(line, line + cut, length);
			column = columns(line, length);
			next = advance(column, (char)c);
		}
		if (length + 1 > size && (line = realloc(line, size = size * 2 + 256)) == NULL)
			err(1, NULL);
		line[length++] = (char)c;
		column = next;
	}
	if (length > 0)
		fwrite(line, 1, length, stdout);
	if (!ferror(f))
		return 0;
	warn("%s", name);
	return 1;
}

static int
fold_file(const char *name)
{
	FILE *f = strcmp(name, "-") == 0 ? stdin : fopen(name, "r");
	int status;

	if (f == NULL) {
		warn("%s", name);
		return 1;
	}
	status = fold(f, name);
	if (f != stdin)
		fclose(f);
	return status;
}

int
main(int argc, char **argv)
{
	const char *wrong;
	int c, status = 0;

	if (argc > 1 && strcmp(argv[1], "--help") == 0)
		usage(0);
	while ((c = getopt(argc, argv, "bsw:")) != -1)
		switch (c) {
		case 'b': bytes = true; break;
		case 's': at_blanks = true; break;
		case 'w':
			width = (size_t)strtonum(optarg, 1, 1 << 30, &wrong);
			if (wrong != NULL)
				errx(1, "%s: the width is %s", optarg, wrong);
			break;
		default: usage(1);
		}
	if (optind == argc)
		status = fold_file("-");
	for (int i = optind; i < argc; i++)
		status |= fold_file(argv[i]);
	if (fflush(stdout) == EOF)
		err(1, "stdout");
	return status;
}
