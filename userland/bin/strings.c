/*
 * strings: what can be read in files that are not text.
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
    "usage: strings [-a] [-n length] [-t d|o|x] [file ...]\n"
    "  -a         the whole of files, as always\n"
    "  -n length  of the shortest string shown (4)\n"
    "  -t base    write where each string is\n";

static size_t least = 4;
static char base;

static _Noreturn void
usage(int status)
{
	fputs(usage_text, status == 0 ? stdout : stderr);
	exit(status);
}

static void
put_offset(unsigned long long offset)
{
	if (base == 'd')
		printf("%7llu ", offset);
	else if (base == 'o')
		printf("%7llo ", offset);
	else if (base == 'x')
		printf("%7llx ", offset);
}

/* Characters are kept back until there are enough of them. */
static int
strings(FILE *f, const char *name, char *kept)
{
	unsigned long long offset = 0;
	size_t length = 0;
	int c;

	do {
		c = getc(f);
		if (c != EOF && (isprint(c) || c == '\t')) {
			if (length < least)
				kept[length] = (char)c;
			else
				putchar(c);
			if (++length == least) {
				put_offset(offset + 1 - least);
				fwrite(kept, 1, least, stdout);
			}
		} else {
			if (length >= least)
				putchar('\n');
			length = 0;
		}
		offset++;
	} while (c != EOF);
	if (!ferror(f))
		return 0;
	warn("%s", name);
	return 1;
}

int
main(int argc, char **argv)
{
	const char *wrong;
	char *kept;
	int c, status = 0;

	if (argc > 1 && strcmp(argv[1], "--help") == 0)
		usage(0);
	while ((c = getopt(argc, argv, "an:t:")) != -1)
		switch (c) {
		case 'a': break;
		case 'n':
			least = (size_t)strtonum(optarg, 1, 1 << 20, &wrong);
			if (wrong != NULL)
				errx(1, "%s: the length is %s", optarg, wrong);
			break;
		case 't':
			if (strlen(optarg) != 1 || strchr("dox", optarg[0]) == NULL)
				usage(1);
			base = optarg[0];
			break;
		default: usage(1);
		}
	if ((kept = malloc(least)) == NULL)
		err(1, NULL);
	if (optind == argc)
		status = strings(stdin, "stdin", kept);
	for (int i = optind; i < argc; i++) {
		FILE *f = fopen(argv[i], "r");

		if (f == NULL) {
			warn("%s", argv[i]);
			status = 1;
			continue;
		}
		status |= strings(f, argv[i], kept);
		fclose(f);
	}
	if (fflush(stdout) == EOF)
		err(1, "stdout");
	return status;
}
