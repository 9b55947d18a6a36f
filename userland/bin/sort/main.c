/*
 * sort: put lines in order, merge sorted files, or check that they are sorted.
 */
#include "sort.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage_text[] =
    "usage: sort [-m] [-bdfghiMnRrsuz] [-k start[,end]] ... [-o file] [-t char] [file ...]\n"
    "       sort -c | -C [-bdfghiMnRruz] [-k start[,end]] ... [-t char] [file]\n"
    "  -b  ignore blanks before keys          -c  check only     -C  and say nothing\n"
    "  -d  only blanks, letters and digits    -f  upper and lower case are alike\n"
    "  -g  floating-point numbers             -h  numbers such as 3K and 2M\n"
    "  -i  only printing characters           -k  a key: field[.char][options]\n"
    "  -m  merge files that are sorted        -M  names of months\n"
    "  -n  numbers                            -o  write to this file\n"
    "  -r  reverse                            -R  in random order, equal lines together\n"
    "  -s  keep the order of equal lines      -t  fields are separated by this character\n"
    "  -u  one of several equal lines         -z  lines end in NUL\n";

struct options options = { .separator = -1, .newline = '\n' };

static _Noreturn void
usage(int status)
{
	fputs(usage_text, status == 0 ? stdout : stderr);
	exit(status);
}

void *
need(void *p)
{
	if (p == NULL)
		err(2, NULL);
	return p;
}

static void
set_separator(const char *text)
{
	if (strcmp(text, "\\0") == 0)
		options.separator = '\0';
	else if (strlen(text) != 1)
		errx(2, "%s: the separator is one character", text);
	else
		options.separator = (unsigned char)text[0];
}

/* The global options count for keys that have none of their own. */
static void
complete_keys(void)
{
	for (size_t i = 0; i < options.key_count; i++) {
		bool *own = &options.keys[i].order.given;

		if (!*own)
			options.keys[i].order = options.order;
	}
	if (options.key_count == 0) {
		add_key("1");
		options.keys[0].order = options.order;
	}
}

int
main(int argc, char **argv)
{
	static char standard[] = "-";
	char *none[] = { standard, NULL }, **files;
	const char *output = NULL;
	bool merge = false;
	int c, check = 0;

	if (argc > 1 && strcmp(argv[1], "--help") == 0)
		usage(0);
	while ((c = getopt(argc, argv, "bCcdfghik:Mmno:Rrst:uz")) != -1)
		switch (c) {
		case 'C':
		case 'c': check = c; break;
		case 'k': add_key(optarg); break;
		case 'm': merge = true; break;
		case 'o': output = optarg; break;
		case 's': options.stable = true; break;
		case 't': set_separator(optarg); break;
		case 'u': options.unique = true; break;
		case 'z': options.newline = '\0'; break;
		default:
			if (c == '?' || !order_letter(&options.order, (char)c))
				usage(2);
			options.order.skip_end_blanks = options.order.skip_blanks;
		}
	complete_keys();
	files = optind == argc ? none : argv + optind;
	if (check != 0) {
		if (argc - optind > 1)
			errx(2, "%s: only one file can be checked", files[1]);
		return check_file(files[0], check == 'c') ? 0 : 1;
	}
	if (merge)
		merge_files(files, output);
	else
		sort_files(files, output);
	return 0;
}
