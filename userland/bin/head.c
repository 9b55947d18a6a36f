/*
 * head: copy the first lines, or bytes, of files.
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
    "usage: head [-n lines | -c bytes] [file ...]\n"
    "  -c bytes  so many bytes\n"
    "  -n lines  so many lines (10)\n";

static _Noreturn void
usage(int status)
{
	fputs(usage_text, status == 0 ? stdout : stderr);
	exit(status);
}

static long long
number(const char *text)
{
	const char *wrong;
	long long n = strtonum(text, 0, INT64_MAX, &wrong);

	if (wrong != NULL)
		errx(1, "%s: the count is %s", text, wrong);
	return n;
}

static int
head(FILE *f, const char *name, long long count, bool bytes)
{
	for (int c; count > 0 && (c = getc(f)) != EOF;) {
		putchar(c);
		if (bytes || c == '\n')
			count--;
	}
	if (ferror(f)) {
		warn("%s", name);
		return 1;
	}
	return 0;
}

static int
head_of(const char *name, long long count, bool bytes, bool title)
{
	static bool began;
	bool from_stdin = strcmp(name, "-") == 0;
	FILE *f = from_stdin ? stdin : fopen(name, "r");
	int status;

	if (f == NULL) {
		warn("%s", name);
		return 1;
	}
	if (title)
		printf("%s==> %s <==\n", began ? "\n" : "", from_stdin ? "standard input" : name);
	began = true;
	status = head(f, from_stdin ? "stdin" : name, count, bytes);
	if (!from_stdin)
		fclose(f);
	return status;
}

int
main(int argc, char **argv)
{
	long long count = 10;
	bool bytes = false;
	int c, status = 0;

	if (argc > 1 && strcmp(argv[1], "--help") == 0)
		usage(0);
	/* head -5: how it was said before there was -n. */
	if (argc > 1 && argv[1][0] == '-' && isdigit((unsigned char)argv[1][1])) {
		count = number(argv[1] + 1);
		argv[1] = argv[0];
		argc--;
		argv++;
	}
	while ((c = getopt(argc, argv, "c:n:")) != -1)
		switch (c) {
		case 'c':
		case 'n':
			bytes = c == 'c';
			count = number(optarg);
			break;
		default: usage(1);
		}
	if (optind == argc)
		status = head_of("-", count, bytes, false);
	for (int i = optind; i < argc; i++)
		status |= head_of(argv[i], count, bytes, argc - optind > 1);
	if (fflush(stdout) == EOF)
		err(1, "stdout");
	return status;
}
