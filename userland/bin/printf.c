/*
 * printf: format arguments as printf(3) does.
 */
#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage_text[] =
    "usage: printf format [argument ...]\n"
    "The format is used again while arguments are left.  Besides the conversions of C there is %b: a\n"
    "string whose escapes count, and in which \\c ends all output.\n";

static char **arguments;
static int status;
static bool finished;	/* %b met \c */

static void
usage(FILE *f)
{
	fputs(usage_text, f);
}

static const char *
next_argument(void)
{
	return *arguments == NULL ? NULL : *arguments++;
}

/* An escape after its backslash; in %b, an octal number has a zero before it and \c ends everything. */
static const char *
escape(FILE *f, const char *p, bool in_argument)
{
	static const char names[] = "abfnrtv\\\"'", values[] = "\a\b\f\n\r\t\v\\\"'";
	const char *name;
	int c = 0, most = 3;

	if (*p == '\0') {
		putc('\\', f);
		return p;
	}
	if (in_argument && *p == 'c') {
		finished = true;
		return p;
	}
	if (*p >= '0' && *p <= '7') {
		if (in_argument && *p == '0')
			most = 4;
		for (; most > 0 && *p >= '0' && *p <= '7'; most--)
			c = c * 8 + *p++ - '0';
		putc(c & 0xff, f);
		return p;
	}
	if (*p == 'e')
		putc('\033', f);
	else if ((name = strchr(names, *p)) != NULL)
		putc(values[name - names], f);
	else {
		putc('\\', f);
		putc(*p, f);
	}
	return p + 1;
}

/* A C constant, or a quote and a character, which stands for its code. */
static bool
is_quoted(const char *text)
{
	return text[0] == '"' || text[0] == '\'';
}

static void
check(const char *text, const char *end)
{
	if (end == text)
		warnx("%s: expected numeric value", text);
	else if (*end != '\0')
		warnx("%s: not completely converted", text);
	else if (errno == ERANGE)
		warnx("%s: %s", text, strerror(ERANGE));
	else
		return;
	status = 1;
}

static intmax_t
integer(const char *text, bool is_signed)
{
	intmax_t n;
	char *end;

	if (text == NULL)
		return 0;
	if (is_quoted(text))
		return (unsigned char)text[1];
	errno = 0;
	n = is_signed ? strtoimax(text, &end, 0) : (intmax_t)strtoumax(text, &end, 0);
	check(text, end);
	return n;
}

static long double
floating(const char *text)
{
	long double x;
	char *end;

	if (text == NULL)
		return 0;
	if (is_quoted(text))
		return (unsigned char)text[1];
	errno = 0;
	x = strtold(text, &end);
	check(text, end);
	return x;
}

static void
put_escaped(const char *text, int width, int precision, bool left)
{
	char *data;
	size_t size;
	FILE *f = open_memstream(&data, &size);

	if (f == NULL)
		err(1, NULL);
	for (const char *p = text; *p != '\0' && !finished;)
		if (*p == '\\')
			p = escape(f, p + 1, true);
		else
			putc(*p++, f);
	if (fclose(f) == EOF)
		err(1, NULL);
	if (precision >= 0 && size > (size_t)precision)
		size = (size_t)precision;
	if (!left)
		printf("%*s", width > (int)size ? width - (int)size : 0, "");
	fwrite(data, 1, size, stdout);
	if (left)
		printf("%*s", width > (int)size ? width - (int)size : 0, "");
	free(data);
}

/* A number in the specification: digits, or * for an argument. */
static const char *
read_number(const char *p, int *n)
{
	if (*p == '*') {
		*n = (int)integer(next_argument(), true);
		return p + 1;
	}
	for (*n = 0; isdigit((unsigned char)*p); p++)
		if (*n < 100000000)
			*n = *n * 10 + *p - '0';
	return p;
}

static const char *
convert(const char *p)
{
	char format[32] = "%", *f = format + 1;
	int width = 0, precision = -1;
	bool left = false;
	const char *text;

	for (; *p != '\0' && strchr("-+ #0", *p) != NULL; p++) {
		left |= *p == '-';
		if (memchr(format, *p, (size_t)(f - format)) == NULL)
			*f++ = *p;
	}
	p = read_number(p, &width);
	if (width < 0 && !left) {
		left = true;
		*f++ = '-';
	}
	width = width < 0 ? -width : width;
	if (*p == '.')
		p = read_number(p + 1, &precision);
	while (*p != '\0' && strchr("hlLjzt", *p) != NULL)
		p++;
	strcpy(f, "*.*");
	f += 3;
	switch (*p) {
	case 'b':
		text = next_argument();
		put_escaped(text == NULL ? "" : text, width, precision, left);
		break;
	case 'c':
		text = next_argument();
		strcpy(f - 2, "c");
		if (text == NULL || *text == '\0')
			printf("%*s", width, "");
		else
			printf(format, left ? -width : width, *text);
		break;
	case 's':
		text = next_argument();
		strcpy(f, "s");
		printf(format, width, precision, text == NULL ? "" : text);
		break;
	case 'd':
	case 'i':
	case 'o':
	case 'u':
	case 'x':
	case 'X':
		sprintf(f, "j%c", *p);
		printf(format, width, precision, integer(next_argument(), *p == 'd' || *p == 'i'));
		break;
	case 'a': case 'A': case 'e': case 'E': case 'f': case 'F': case 'g': case 'G':
		sprintf(f, "L%c", *p);
		printf(format, width, precision, floating(next_argument()));
		break;
	default:
		fflush(stdout);
		errx(1, "%%%c: no such conversion", *p == '\0' ? ' ' : *p);
	}
	return p + 1;
}

/* Whether the format took an argument, or would have taken one. */
static bool
run(const char *p)
{
	bool takes = false;

	while (*p != '\0' && !finished)
		if (*p == '\\')
			p = escape(stdout, p + 1, false);
		else if (*p != '%')
			putchar(*p++);
		else if (p[1] == '%') {
			putchar('%');
			p += 2;
		} else {
			takes = true;
			p = convert(p + 1);
		}
	return takes;
}

int
main(int argc, char **argv)
{
	int first = 1;

	if (argc > 1 && strcmp(argv[1], "--help") == 0) {
		usage(stdout);
		return 0;
	}
	if (argc > 1 && strcmp(argv[1], "--") == 0)
		first++;
	if (first >= argc) {
		usage(stderr);
		return 1;
	}
	arguments = argv + first + 1;
	while (run(argv[first]) && *arguments != NULL && !finished)
		continue;
	if (fflush(stdout) == EOF)
		err(1, "stdout");
	return status;
}
