/*
 * split: a file in pieces, named xaa, xab and so on.
 */
#include <ctype.h>
#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage_text[] =
    "usage: split [-l lines | -b bytes[k|m]] [-a length] [file [prefix]]\n"
    "  -a length  of what comes after the prefix (2)\n"
    "  -b bytes   in each piece; k and m are 1024 and 1048576\n"
    "  -l lines   in each piece (1000)\n";

static _Noreturn void
usage(int status)
{
	fputs(usage_text, status == 0 ? stdout : stderr);
	exit(status);
}

static unsigned long long
number(const char *text, bool units)
{
	char *end;
	unsigned long long n = strtoull(text, &end, 10);

	if (units && (*end == 'k' || *end == 'm')) {
		n <<= *end == 'k' ? 10 : 20;
		end++;
	}
	if (!isdigit((unsigned char)*text) || *end != '\0' || n == 0)
		errx(1, "%s: not a number from 1 on", text);
	return n;
}

/* The next name: the suffix counts in letters. */
static FILE *
open_next(char *name, size_t suffix)
{
	static bool began;
	size_t length = strlen(name), i = length;
	FILE *f;

	if (began) {
		for (; i > length - suffix && name[i - 1] == 'z'; i--)
			name[i - 1] = 'a';
		if (i == length - suffix)
			errx(1, "too many pieces for names of that length");
		name[i - 1]++;
	}
	began = true;
	if ((f = fopen(name, "w")) == NULL)
		err(1, "%s", name);
	return f;
}

static void
close_piece(FILE *f, const char *name)
{
	if (fclose(f) == EOF)
		err(1, "%s", name);
}

int
main(int argc, char **argv)
{
	unsigned long long size = 1000, done = 0;
	const char *prefix = "x";
	size_t suffix = 2, length;
	bool bytes = false;
	char *name;
	FILE *f = NULL;
	int c;

	if (argc > 1 && strcmp(argv[1], "--help") == 0)
		usage(0);
	while ((c = getopt(argc, argv, "a:b:l:")) != -1)
		switch (c) {
		case 'a':
			if ((suffix = number(optarg, false)) > 200)
				errx(1, "%s: too long", optarg);
			break;
		case 'b':
		case 'l':
			bytes = c == 'b';
			size = number(optarg, bytes);
			break;
		default: usage(1);
		}
	if (argc - optind > 2)
		usage(1);
	if (optind < argc && strcmp(argv[optind], "-") != 0 && freopen(argv[optind], "r", stdin) == NULL)
		err(1, "%s", argv[optind]);
	if (optind + 1 < argc)
		prefix = argv[optind + 1];
	length = strlen(prefix);
	if ((name = malloc(length + suffix + 1)) == NULL)
		err(1, NULL);
	strcpy(name, prefix);
	memset(name + length, 'a', suffix);
	name[length + suffix] = '\0';
	while ((c = getchar()) != EOF) {
		if (f == NULL)
			f = open_next(name, suffix);
		if (putc(c, f) == EOF)
			err(1, "%s", name);
		if ((bytes || c == '\n') && ++done == size) {
			close_piece(f, name);
			f = NULL;
			done = 0;
		}
	}
	if (ferror(stdin))
		err(1, "stdin");
	if (f != NULL)
		close_piece(f, name);
	return 0;
}
