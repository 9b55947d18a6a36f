/*
 * seq: write numbers from first to last.
 */
#include <ctype.h>
#include <err.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage_text[] =
    "usage: seq [-w] [-f format] [-s string] [first [step]] last\n"
    "  -f format  a printf format for one floating-point number\n"
    "  -s string  between numbers, instead of a newline\n"
    "  -w         all of the same width, with zeros before\n";

static _Noreturn void
usage(int status)
{
	fputs(usage_text, status == 0 ? stdout : stderr);
	exit(status);
}

static double
number(const char *text)
{
	char *end;
	double x = strtod(text, &end);

	if (end == text || *end != '\0' || isnan(x))
		errx(1, "%s: not a number", text);
	return x;
}

static int
places(const char *text)
{
	const char *point = strchr(text, '.');

	return point == NULL ? 0 : (int)strspn(point + 1, "0123456789");
}

/* Exactly one conversion, and one that takes a double. */
static bool
is_format(const char *p)
{
	int conversions = 0;

	for (; *p != '\0'; p++) {
		if (*p != '%')
			continue;
		if (*++p == '%')
			continue;
		p += strspn(p, "-+ #0'");
		p += strspn(p, "0123456789");
		if (*p == '.')
			p += 1 + strspn(p + 1, "0123456789");
		if (*p == '\0' || strchr("aAeEfFgG", *p) == NULL)
			return false;
		conversions++;
	}
	return conversions == 1;
}

int
main(int argc, char **argv)
{
	const char *format = NULL, *separator = "\n";
	double first = 1, step = 1, last, count;
	int c, decimals = 0, width = 0, w;
	bool same_width = false;
	char made[64];

	if (argc > 1 && strcmp(argv[1], "--help") == 0)
		usage(0);
	/* A negative number is no option. */
	while (optind < argc && !(argv[optind][0] == '-' && (isdigit((unsigned char)argv[optind][1]) ||
	    argv[optind][1] == '.')) && (c = getopt(argc, argv, "f:s:w")) != -1)
		switch (c) {
		case 'f': format = optarg; break;
		case 's': separator = optarg; break;
		case 'w': same_width = true; break;
		default: usage(1);
		}
	argc -= optind;
	argv += optind;
	if (argc < 1 || argc > 3)
		usage(1);
	if (format != NULL && !is_format(format))
		errx(1, "%s: not a format for one number", format);
	last = number(argv[argc - 1]);
	if (argc > 1)
		first = number(argv[0]);
	if (argc == 3)
		step = number(argv[1]);
	if (step == 0)
		errx(1, "the step is zero");
	for (int i = 0; i < argc && (i < argc - 1 || argc == 1); i++)
		if (places(argv[i]) > decimals)
			decimals = places(argv[i]);
	if (argc == 1)
		decimals = 0;
	if (same_width) {
		width = snprintf(NULL, 0, "%.*f", decimals, first);
		w = snprintf(NULL, 0, "%.*f", decimals, last);
		width = w > width ? w : width;
	}
	if (format == NULL) {
		snprintf(made, sizeof(made), "%%0%d.%df", width, decimals);
		if (width == 0)
			snprintf(made, sizeof(made), "%%.%df", decimals);
		format = made;
	}
	/* Counting avoids summing up errors; what is less than a rounding error too much is not. */
	count = floor((last - first) / step * (1 + 1e-15) + 1e-10);
	for (double i = 0; i <= count; i++) {
		if (i > 0)
			fputs(separator, stdout);
		printf(format, first + i * step);
		if (ferror(stdout))
			err(1, "stdout");
	}
	if (count >= 0)
		putchar('\n');
	if (fflush(stdout) == EOF)
		err(1, "stdout");
	return 0;
}
