/*
 * nl: number lines, in logical pages of header, body and footer.
 */
#define _OPENBSD_SOURCE	/* strtonum */
#include <err.h>
#include <limits.h>
#include <regex.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage_text[] =
    "usage: nl [-p] [-b type] [-d delim] [-f type] [-h type] [-i incr] [-l num] [-n format] [-s sep]\n"
    "          [-v start] [-w width] [file]\n"
    "  -b, -h, -f  which lines of body, header, footer: a all, t not empty, n none, pRE those that match\n"
    "  -d delim    the two characters that mark sections (\\:)\n"
    "  -i incr     from one number to the next      -l num    count num empty lines as one\n"
    "  -n format   ln left, rn right, rz with zeros -p        do not begin again at pages\n"
    "  -s sep      after the number (a tab)         -v start  first number   -w width  of numbers\n";

enum section { HEADER, BODY, FOOTER };

struct style {
	char type;		/* a t n p */
	regex_t re;
};

static struct style styles[3] = { { .type = 'n' }, { .type = 't' }, { .type = 'n' } };
static const char *separator = "\t", *format = "%*lld";
static char delimiter[3] = "\\:";
static long long increment = 1, group = 1, start = 1;
static int width = 6;
static bool restart = true;

static _Noreturn void
usage(int status)
{
	fputs(usage_text, status == 0 ? stdout : stderr);
	exit(status);
}

static long long
number(const char *text, long long low, long long high)
{
	const char *wrong;
	long long n = strtonum(text, low, high, &wrong);

	if (wrong != NULL)
		errx(1, "%s: the number is %s", text, wrong);
	return n;
}

static void
set_style(struct style *s, const char *text)
{
	char message[256];
	int error;

	if (strchr("atnp", text[0]) == NULL || text[0] == '\0' || (text[0] != 'p' && text[1] != '\0'))
		errx(1, "%s: not a type of numbering", text);
	s->type = text[0];
	if (s->type == 'p' && (error = regcomp(&s->re, text + 1, REG_NOSUB)) != 0) {
		regerror(error, &s->re, message, sizeof(message));
		errx(1, "%s: %s", text + 1, message);
	}
}

static void
set_format(const char *text)
{
	if (strcmp(text, "ln") == 0)
		format = "%-*lld";
	else if (strcmp(text, "rn") == 0)
		format = "%*lld";
	else if (strcmp(text, "rz") == 0)
		format = "%0*lld";
	else
		errx(1, "%s: not a format", text);
}

/* How often the line consists of the delimiter: 3 begins a header, 2 a body, 1 a footer, 0 is text. */
static int
mark(const char *line, size_t length)
{
	size_t unit = strlen(delimiter);

	if (unit == 0 || length % unit != 0 || length / unit > 3)
		return 0;
	for (size_t i = 0; i < length; i += unit)
		if (memcmp(line + i, delimiter, unit) != 0)
			return 0;
	return (int)(length / unit);
}

static bool
counts(struct style *s, const char *line, size_t length)
{
	static long long empty;

	switch (s->type) {
	case 'a':
		if (length > 0) {
			empty = 0;
			return true;
		}
		if (++empty < group)
			return false;
		empty = 0;
		return true;
	case 't': return length > 0;
	case 'p': return regexec(&s->re, line, 0, NULL, 0) == 0;
	default: return false;
	}
}

static void
put_numbered(FILE *f, const char *name)
{
	enum section section = BODY;
	long long n = start;
	char *line = NULL;
	size_t size = 0;
	ssize_t got;

	while ((got = getline(&line, &size, f)) != -1) {
		size_t length = (size_t)(line[got - 1] == '\n' ? got - 1 : got);
		int m;

		line[length] = '\0';
		if ((m = mark(line, length)) > 0) {
			section = m == 3 ? HEADER : m == 2 ? BODY : FOOTER;
			if (m == 3 && restart)
				n = start;
			putchar('\n');
			continue;
		}
		if (counts(&styles[section], line, length)) {
			printf(format, width, n);
			fputs(separator, stdout);
			n += increment;
		} else
			printf("%*s", width + (int)strlen(separator), "");
		fwrite(line, 1, length, stdout);
		putchar('\n');
	}
	if (ferror(f))
		err(1, "%s", name);
	free(line);
}

int
main(int argc, char **argv)
{
	FILE *f = stdin;
	int c;

	if (argc > 1 && strcmp(argv[1], "--help") == 0)
		usage(0);
	while ((c = getopt(argc, argv, "b:d:f:h:i:l:n:ps:v:w:")) != -1)
		switch (c) {
		case 'b': set_style(&styles[BODY], optarg); break;
		case 'd':
			if (strlen(optarg) > 2)
				errx(1, "%s: delimiters are two characters", optarg);
			if (optarg[0] != '\0')
				delimiter[0] = optarg[0];
			if (optarg[0] != '\0' && optarg[1] != '\0')
				delimiter[1] = optarg[1];
			break;
		case 'f': set_style(&styles[FOOTER], optarg); break;
		case 'h': set_style(&styles[HEADER], optarg); break;
		case 'i': increment = number(optarg, LLONG_MIN, LLONG_MAX); break;
		case 'l': group = number(optarg, 1, LLONG_MAX); break;
		case 'n': set_format(optarg); break;
		case 'p': restart = false; break;
		case 's': separator = optarg; break;
		case 'v': start = number(optarg, LLONG_MIN, LLONG_MAX); break;
		case 'w': width = (int)number(optarg, 1, 10000); break;
		default: usage(1);
		}
	if (argc - optind > 1)
		usage(1);
	if (optind < argc && strcmp(argv[optind], "-") != 0 && (f = fopen(argv[optind], "r")) == NULL)
		err(1, "%s", argv[optind]);
	put_numbered(f, optind < argc ? argv[optind] : "stdin");
	if (fflush(stdout) == EOF)
		err(1, "stdout");
	return 0;
}
