/*
 * paste: lines of several files side by side, or of each file one after the other.
 */
#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage_text[] =
    "usage: paste [-s] [-d list] file ...\n"
    "  -d list  put these characters in turn where lines are joined (a tab); \\0 is nothing\n"
    "  -s       join the lines of each file\n";

struct source {
	const char *name;
	FILE *file;	/* NULL after its end */
};

static int delimiters[256];	/* -1 is nothing */
static size_t delimiter_count;

static _Noreturn void
usage(int status)
{
	fputs(usage_text, status == 0 ? stdout : stderr);
	exit(status);
}

static void
parse_delimiters(const char *p)
{
	delimiter_count = 0;
	for (; *p != '\0'; p++) {
		int c = (unsigned char)*p;

		if (c == '\\' && p[1] != '\0') {
			p++;
			c = *p == 'n' ? '\n' : *p == 't' ? '\t' : *p == '0' ? -1 : (unsigned char)*p;
		}
		if (delimiter_count == sizeof(delimiters) / sizeof(delimiters[0]))
			errx(1, "too many delimiters");
		delimiters[delimiter_count++] = c;
	}
	if (delimiter_count == 0)
		delimiters[delimiter_count++] = -1;
}

static void
put_delimiter(size_t which)
{
	int c = delimiters[which % delimiter_count];

	if (c >= 0)
		putchar(c);
}

static struct source
open_source(const char *name)
{
	struct source s = { name, strcmp(name, "-") == 0 ? stdin : fopen(name, "r") };

	if (s.file == NULL)
		err(1, "%s", name);
	return s;
}

static void
close_source(struct source *s)
{
	if (ferror(s->file))
		err(1, "%s", s->name);
	if (s->file != stdin)
		fclose(s->file);
	s->file = NULL;
}

static void
one_by_one(struct source *s)
{
	size_t which = 0;
	int c, last = EOF;

	while ((c = getc(s->file)) != EOF) {
		if (last == '\n')
			put_delimiter(which++);
		if (c != '\n')
			putchar(c);
		last = c;
	}
	putchar('\n');
	close_source(s);
}

/* Delimiters for files that have ended are held back until one is found that has not. */
static void
side_by_side(struct source *sources, size_t count)
{
	for (;;) {
		size_t done = 0;
		bool any = false;

		for (size_t i = 0; i < count; i++) {
			int c;

			if (sources[i].file == NULL)
				continue;
			if ((c = getc(sources[i].file)) == EOF) {
				close_source(&sources[i]);
				continue;
			}
			any = true;
			for (; done < i; done++)
				put_delimiter(done);
			for (; c != EOF && c != '\n'; c = getc(sources[i].file))
				putchar(c);
		}
		if (!any)
			return;
		for (; done + 1 < count; done++)
			put_delimiter(done);
		putchar('\n');
	}
}

int
main(int argc, char **argv)
{
	struct source *sources;
	bool serial = false;
	int c;

	if (argc > 1 && strcmp(argv[1], "--help") == 0)
		usage(0);
	parse_delimiters("\t");
	while ((c = getopt(argc, argv, "d:s")) != -1)
		switch (c) {
		case 'd': parse_delimiters(optarg); break;
		case 's': serial = true; break;
		default: usage(1);
		}
	if (optind == argc)
		usage(1);
	sources = calloc((size_t)(argc - optind), sizeof(*sources));
	if (sources == NULL)
		err(1, NULL);
	for (int i = optind; i < argc; i++) {
		sources[i - optind] = open_source(argv[i]);
		if (serial)
			one_by_one(&sources[i - optind]);
	}
	if (!serial)
		side_by_side(sources, (size_t)(argc - optind));
	if (fflush(stdout) == EOF)
		err(1, "stdout");
	return 0;
}
