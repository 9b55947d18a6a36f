/*
 * cmp: where two files differ.
 */
#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage_text[] =
    "usage: cmp [-l | -s] file1 file2\n"
    "  -l  all differences: byte numbers, and the bytes in octal\n"
    "  -s  nothing, only the status: 0 same, 1 different, 2 trouble\n";

static _Noreturn void
usage(int status)
{
	fputs(usage_text, status == 0 ? stdout : stderr);
	exit(status);
}

static FILE *
open_file(const char *name, bool silent)
{
	FILE *f = strcmp(name, "-") == 0 ? stdin : fopen(name, "r");

	if (f != NULL)
		return f;
	if (!silent)
		warn("%s", name);
	exit(2);
}

int
main(int argc, char **argv)
{
	unsigned long long byte = 1, line = 1;
	bool list = false, silent = false;
	const char **names;
	int c, status = 0, x, y;
	FILE *f, *g;

	if (argc > 1 && strcmp(argv[1], "--help") == 0)
		usage(0);
	while ((c = getopt(argc, argv, "ls")) != -1)
		switch (c) {
		case 'l': list = true; break;
		case 's': silent = true; break;
		default: usage(2);
		}
	if (argc - optind != 2)
		usage(2);
	names = (const char **)argv + optind;
	f = open_file(names[0], silent);
	g = open_file(names[1], silent);
	for (;; byte++) {
		x = getc(f);
		y = f == g ? x : getc(g);
		if (x == EOF || y == EOF)
			break;
		if (x != y) {
			status = 1;
			if (silent)
				return 1;
			if (!list) {
				printf("%s %s differ: char %llu, line %llu\n", names[0], names[1], byte, line);
				return 1;
			}
			printf("%llu %3o %3o\n", byte, x, y);
		}
		line += x == '\n';
	}
	if (ferror(f) || ferror(g))
		err(2, "%s", names[ferror(f) ? 0 : 1]);
	if (x != y) {
		status = 1;
		fflush(stdout);
		if (!silent)
			warnx("EOF on %s", names[x == EOF ? 0 : 1]);
	}
	if (fflush(stdout) == EOF)
		err(2, "stdout");
	return status;
}
