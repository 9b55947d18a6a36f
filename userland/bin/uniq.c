/*
 * uniq: leave out, or report, lines that repeat the one before.
 */
#define _OPENBSD_SOURCE	/* strtonum */
#include <ctype.h>
#include <err.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage_text[] =
    "usage: uniq [-c | -d | -u] [-i] [-f fields] [-s chars] [input [output]]\n"
    "  -c         write how often before each line\n"
    "  -d         only lines that repeat\n"
    "  -f fields  do not compare the first so many fields\n"
    "  -i         upper and lower case are alike\n"
    "  -s chars   do not compare so many characters more\n"
    "  -u         only lines that do not repeat\n";

struct line {
	char *text;
	size_t size;
	ssize_t length;
};

static bool counted, repeated, single, fold;
static long long skip_fields, skip_chars;

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
		errx(1, "%s: the number is %s", text, wrong);
	return n;
}

/* What of a line counts, without its newline. */
static const char *
key(const struct line *l, size_t *length)
{
	const char *p = l->text, *end = p + l->length;

	if (end > p && end[-1] == '\n')
		end--;
	for (long long i = 0; i < skip_fields && p < end; i++) {
		while (p < end && isblank((unsigned char)*p))
			p++;
		while (p < end && !isblank((unsigned char)*p))
			p++;
	}
	p = end - p > skip_chars ? p + skip_chars : end;
	*length = (size_t)(end - p);
	return p;
}

static bool
same(const struct line *a, const struct line *b)
{
	size_t n, m;
	const char *p = key(a, &n), *q = key(b, &m);

	if (n != m)
		return false;
	if (!fold)
		return memcmp(p, q, n) == 0;
	for (size_t i = 0; i < n; i++)
		if (tolower((unsigned char)p[i]) != tolower((unsigned char)q[i]))
			return false;
	return true;
}

static void
show(const struct line *l, unsigned long long times)
{
	if (times == 0 || (repeated && times == 1) || (single && times > 1))
		return;
	if (counted)
		printf("%7llu ", times);
	fwrite(l->text, 1, (size_t)l->length, stdout);
	if (l->text[l->length - 1] != '\n')
		putchar('\n');
}

int
main(int argc, char **argv)
{
	struct line now = { NULL, 0, 0 }, last = { NULL, 0, 0 }, swap;
	unsigned long long times = 0;
	int c;

	if (argc > 1 && strcmp(argv[1], "--help") == 0)
		usage(0);
	while ((c = getopt(argc, argv, "cdf:is:u")) != -1)
		switch (c) {
		case 'c': counted = true; break;
		case 'd': repeated = true; break;
		case 'f': skip_fields = number(optarg); break;
		case 'i': fold = true; break;
		case 's': skip_chars = number(optarg); break;
		case 'u': single = true; break;
		default: usage(1);
		}
	if (argc - optind > 2)
		usage(1);
	if (optind < argc && strcmp(argv[optind], "-") != 0 && freopen(argv[optind], "r", stdin) == NULL)
		err(1, "%s", argv[optind]);
	if (optind + 1 < argc && strcmp(argv[optind + 1], "-") != 0 &&
	    freopen(argv[optind + 1], "w", stdout) == NULL)
		err(1, "%s", argv[optind + 1]);
	while ((now.length = getline(&now.text, &now.size, stdin)) != -1) {
		if (times > 0 && same(&now, &last)) {
			times++;
			continue;
		}
		show(&last, times);
		swap = last;
		last = now;
		now = swap;
		times = 1;
	}
	if (ferror(stdin))
		err(1, "stdin");
	show(&last, times);
	if (fflush(stdout) == EOF)
		err(1, "stdout");
	return 0;
}
