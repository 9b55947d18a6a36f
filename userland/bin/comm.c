/*
 * comm: what two sorted files have in common, and what each has alone.
 */
#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage_text[] =
    "usage: comm [-123] file1 file2\n"
    "  -1  without the lines only in file1\n"
    "  -2  without the lines only in file2\n"
    "  -3  without the lines in both\n";

struct source {
	const char *name;
	FILE *file;
	char *line;
	size_t size;
	ssize_t length;		/* -1 at the end */
};

static bool hidden[3];

static _Noreturn void
usage(int status)
{
	fputs(usage_text, status == 0 ? stdout : stderr);
	exit(status);
}

static void
next(struct source *s)
{
	s->length = getline(&s->line, &s->size, s->file);
	if (s->length == -1 && ferror(s->file))
		err(1, "%s", s->name);
	if (s->length > 0 && s->line[s->length - 1] == '\n')
		s->length--;
}

static struct source
open_source(const char *name)
{
	struct source s = { name, strcmp(name, "-") == 0 ? stdin : fopen(name, "r"), NULL, 0, 0 };

	if (s.file == NULL)
		err(1, "%s", name);
	next(&s);
	return s;
}

static void
show(int column, const struct source *s)
{
	if (hidden[column])
		return;
	for (int i = 0; i < column; i++)
		if (!hidden[i])
			putchar('\t');
	fwrite(s->line, 1, (size_t)s->length, stdout);
	putchar('\n');
}

static int
compare(const struct source *a, const struct source *b)
{
	size_t least = (size_t)(a->length < b->length ? a->length : b->length);
	int order;

	if (a->length == -1 || b->length == -1)
		return a->length == -1 ? 1 : -1;
	order = memcmp(a->line, b->line, least);
	return order != 0 ? order : (a->length > b->length) - (a->length < b->length);
}

int
main(int argc, char **argv)
{
	struct source a, b;
	int c;

	if (argc > 1 && strcmp(argv[1], "--help") == 0)
		usage(0);
	while ((c = getopt(argc, argv, "123")) != -1) {
		if (c == '?')
			usage(1);
		hidden[c - '1'] = true;
	}
	if (argc - optind != 2)
		usage(1);
	a = open_source(argv[optind]);
	b = open_source(argv[optind + 1]);
	while (a.length != -1 || b.length != -1) {
		int order = compare(&a, &b);

		show(order < 0 ? 0 : order > 0 ? 1 : 2, order > 0 ? &b : &a);
		if (order <= 0)
			next(&a);
		if (order >= 0)
			next(&b);
	}
	if (fflush(stdout) == EOF)
		err(1, "stdout");
	return 0;
}
