/*
 * cut: parts of each line.
 */
#include <ctype.h>
#include <err.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage_text[] =
    "usage: cut -b list [-n] [file ...]\n"
    "       cut -c list [file ...]\n"
    "       cut -f list [-d delimiter] [-s] [file ...]\n"
    "  -b, -c  these bytes, characters (alike in the C locale)\n"
    "  -d c    fields are separated by c (a tab)\n"
    "  -f      these fields\n"
    "  -n      do not split characters\n"
    "  -s      leave out lines without a delimiter\n"
    "A list is of numbers and ranges: 1,3-5,-2,8-\n";

struct range {
	unsigned long low, high;
};

static struct range *ranges;
static size_t range_count;
static bool suppress;
static char delimiter = '\t';

static _Noreturn void
usage(int status)
{
	fputs(usage_text, status == 0 ? stdout : stderr);
	exit(status);
}

static unsigned long
number(const char **p)
{
	char *end;
	unsigned long n = strtoul(*p, &end, 10);

	*p = end;
	return n;
}

static void
add_range(unsigned long low, unsigned long high)
{
	if (low == 0 || high < low)
		errx(1, "a list has numbers from 1 on, in ascending ranges");
	ranges = realloc(ranges, (range_count + 1) * sizeof(*ranges));
	if (ranges == NULL)
		err(1, NULL);
	ranges[range_count++] = (struct range){ low, high };
}

static int
compare(const void *a, const void *b)
{
	unsigned long x = ((const struct range *)a)->low, y = ((const struct range *)b)->low;

	return (x > y) - (x < y);
}

/* Sorted, and with ranges that touch made one. */
static void
parse_list(const char *p)
{
	size_t kept = 0;

	while (*p != '\0') {
		unsigned long low = 1, high;

		if (!isdigit((unsigned char)p[*p == '-']))
			errx(1, "%s: not a list of numbers", p);
		if (*p != '-')
			low = number(&p);
		high = low;
		if (*p == '-') {
			p++;
			high = isdigit((unsigned char)*p) ? number(&p) : ULONG_MAX;
		}
		add_range(low, high);
		if (*p == '\0')
			break;
		if ((*p != ',' && !isblank((unsigned char)*p)) || *++p == '\0')
			errx(1, "%s: not a list of numbers", p);
	}
	if (range_count == 0)
		errx(1, "the list is empty");
	qsort(ranges, range_count, sizeof(*ranges), compare);
	for (size_t i = 1; i < range_count; i++)
		if (ranges[i].low <= ranges[kept].high) {
			if (ranges[i].high > ranges[kept].high)
				ranges[kept].high = ranges[i].high;
		} else
			ranges[++kept] = ranges[i];
	range_count = kept + 1;
}

static void
cut_bytes(const char *line, size_t length)
{
	for (size_t i = 0; i < range_count && ranges[i].low <= length; i++) {
		size_t end = ranges[i].high < length ? ranges[i].high : length;

		fwrite(line + ranges[i].low - 1, 1, end - ranges[i].low + 1, stdout);
	}
	putchar('\n');
}

static void
cut_fields(const char *line, size_t length)
{
	const char *end = line + length, *p = line, *stop;
	size_t range = 0;
	bool any = false;

	if (memchr(line, delimiter, length) == NULL) {
		if (!suppress) {
			fwrite(line, 1, length, stdout);
			putchar('\n');
		}
		return;
	}
	for (unsigned long field = 1; range < range_count; field++, p = stop + 1) {
		stop = memchr(p, delimiter, (size_t)(end - p));
		if (stop == NULL)
			stop = end;
		if (field > ranges[range].high)
			range++;
		if (range < range_count && field >= ranges[range].low) {
			if (any)
				putchar(delimiter);
			fwrite(p, 1, (size_t)(stop - p), stdout);
			any = true;
		}
		if (stop == end)
			break;
	}
	putchar('\n');
}

static int
cut(const char *name, void (*part)(const char *, size_t))
{
	static char *line;
	static size_t size;
	FILE *f = strcmp(name, "-") == 0 ? stdin : fopen(name, "r");
	ssize_t n;
	int status = 0;

	if (f == NULL) {
		warn("%s", name);
		return 1;
	}
	while ((n = getline(&line, &size, f)) != -1)
		part(line, (size_t)(line[n - 1] == '\n' ? n - 1 : n));
	if (ferror(f)) {
		warn("%s", name);
		status = 1;
	}
	if (f != stdin)
		fclose(f);
	return status;
}

int
main(int argc, char **argv)
{
	int c, status = 0, kind = 0;
	bool given = false;

	if (argc > 1 && strcmp(argv[1], "--help") == 0)
		usage(0);
	while ((c = getopt(argc, argv, "b:c:d:f:ns")) != -1)
		switch (c) {
		case 'b':
		case 'c':
		case 'f':
			if (kind != 0)
				usage(1);
			kind = c;
			parse_list(optarg);
			break;
		case 'd':
			if (strlen(optarg) != 1)
				errx(1, "the delimiter is one character");
			delimiter = optarg[0];
			given = true;
			break;
		case 'n': break;
		case 's': suppress = true; break;
		default: usage(1);
		}
	if (kind == 0 || (kind != 'f' && (given || suppress)))
		usage(1);
	if (optind == argc)
		status = cut("-", kind == 'f' ? cut_fields : cut_bytes);
	for (int i = optind; i < argc; i++)
		status |= cut(argv[i], kind == 'f' ? cut_fields : cut_bytes);
	if (fflush(stdout) == EOF)
		err(1, "stdout");
	return status;
}
