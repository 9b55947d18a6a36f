/*
 * echo and printf.
 */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sh.h"
#include "builtins.h"

struct printer {
	char **argv;			/* arguments not used yet */
	bool used;			/* some have been, in this round of the format */
	bool stop;			/* \c was seen */
	int status;
};

static int
octal(const char **s, int digits)
{
	int value = 0;

	for (; digits > 0 && **s >= '0' && **s <= '7'; digits--)
		value = value * 8 + *(*s)++ - '0';
	return value & 0xff;
}

/* A character after a backslash that stands for another; 0 if it does not. */
static int
simple_escape(char c)
{
	static const char from[] = "abfnrtv\\", to[] = "\a\b\f\n\r\t\v\\";
	const char *p = c == '\0' ? NULL : strchr(from, c);

	return p == NULL ? 0 : to[p - from];
}

/*
 * What the escapes in a string mean, as echo and %b have it: octal numbers begin with a zero, and \c ends all
 * output.
 */
static void
unescape(const char *s, struct buf *out, bool *stop)
{
	while (*s != '\0') {
		int c;

		if (*s != '\\') {
			buf_putc(out, *s++);
			continue;
		}
		s++;
		if (*s == 'c') {
			*stop = true;
			return;
		}
		if ((c = simple_escape(*s)) != 0) {
			buf_putc(out, (char)c);
			s++;
		} else if (*s == '0') {
			s++;
			buf_putc(out, (char)octal(&s, 3));
		} else if (*s >= '1' && *s <= '7')
			buf_putc(out, (char)octal(&s, 3));
		else
			buf_putc(out, '\\');
	}
}

int
b_echo(int argc, char **argv)
{
	bool newline = true, stop = false;
	struct buf text = { 0 };

	if (argc > 1 && strcmp(argv[1], "-n") == 0) {
		newline = false;
		argv++;
	}
	for (argv++; *argv != NULL && !stop; argv++) {
		unescape(*argv, &text, &stop);
		if (argv[1] != NULL && !stop)
			buf_putc(&text, ' ');
	}
	if (newline && !stop)
		buf_putc(&text, '\n');
	if (text.len > 0)
		out_mem(text.s, text.len);
	return 0;
}

/* A backslash and what follows in the format itself. */
static void
format_escape(const char **s)
{
	int c = simple_escape(**s);

	if (c != 0) {
		++*s;
		out_char(c);
	} else if (**s >= '0' && **s <= '7')
		out_char(octal(s, 3));
	else
		out_char('\\');
}

static const char *
next_argument(struct printer *p)
{
	if (*p->argv == NULL)
		return NULL;
	p->used = true;
	return *p->argv++;
}

static void
bad_number(struct printer *p, const char *s, const char *why)
{
	complain("printf: %s: %s", s, why);
	p->status = 1;
}

static void
check_number(struct printer *p, const char *s, const char *end)
{
	if (end == s)
		bad_number(p, s, "expected numeric value");
	else if (*end != '\0')
		bad_number(p, s, "not completely converted");
	else if (errno == ERANGE)
		bad_number(p, s, strerror(ERANGE));
}

static bool
is_character_code(const char *s)
{
	return *s == '"' || *s == '\'';
}

static intmax_t
integer_argument(struct printer *p, bool is_signed)
{
	const char *s = next_argument(p);
	intmax_t value;
	char *end;

	if (s == NULL)
		return 0;
	if (is_character_code(s))
		return (unsigned char)s[1];
	errno = 0;
	value = is_signed ? strtoimax(s, &end, 0) : (intmax_t)strtoumax(s, &end, 0);
	check_number(p, s, end);
	return value;
}

static double
float_argument(struct printer *p)
{
	const char *s = next_argument(p);
	double value;
	char *end;

	if (s == NULL)
		return 0;
	if (is_character_code(s))
		return (unsigned char)s[1];
	errno = 0;
	value = strtod(s, &end);
	check_number(p, s, end);
	return value;
}

struct conversion {
	char flags[8];
	int width, precision;		/* -1: none */
};

/* Text of any bytes in a field; null characters are possible, so not by printf(3). */
static void
put_padded(const struct conversion *c, const char *s, size_t length)
{
	size_t width = c->width < 0 ? 0 : (size_t)c->width, pad;
	bool left = strchr(c->flags, '-') != NULL;

	if (c->precision >= 0 && length > (size_t)c->precision)
		length = (size_t)c->precision;
	pad = width > length ? width - length : 0;
	for (; !left && pad > 0; pad--)
		out_char(' ');
	out_mem(s, length);
	for (; left && pad > 0; pad--)
		out_char(' ');
}

static void
put_number(struct printer *p, const struct conversion *c, char letter)
{
	char format[32];
	size_t n = 0;

	format[n++] = '%';
	for (const char *f = c->flags; *f != '\0'; f++)
		format[n++] = *f;
	format[n++] = '*';
	format[n++] = '.';
	format[n++] = '*';
	if (strchr("diouxX", letter) != NULL)
		format[n++] = 'j';
	format[n++] = letter;
	format[n] = '\0';
	/* A negative precision is as none. */
	_Pragma("GCC diagnostic push")
	_Pragma("GCC diagnostic ignored \"-Wformat-nonliteral\"")
	if (strchr("diouxX", letter) != NULL)
		out_printf(format, c->width < 0 ? 0 : c->width, c->precision,
		    integer_argument(p, letter == 'd' || letter == 'i'));
	else
		out_printf(format, c->width < 0 ? 0 : c->width, c->precision, float_argument(p));
	_Pragma("GCC diagnostic pop")
}

/* A width or precision: digits or a star. */
static int
field_number(struct printer *p, const char **s)
{
	int value = 0;

	if (**s == '*') {
		++*s;
		value = (int)integer_argument(p, true);
	}
	for (; isdigit((unsigned char)**s); ++*s) {
		if (value < 1000000)
			value = value * 10 + **s - '0';
	}
	return value > 1000000 ? 1000000 : value;
}

static void
parse_conversion(struct printer *p, const char **s, struct conversion *c)
{
	size_t n = 0;

	*c = (struct conversion){ .width = -1, .precision = -1 };
	for (; **s != '\0' && strchr("#-+ 0", **s) != NULL; ++*s) {
		if (strchr(c->flags, **s) == NULL && n + 2 < sizeof(c->flags))
			c->flags[n++] = **s;
	}
	if (**s == '*' || isdigit((unsigned char)**s))
		c->width = field_number(p, s);
	if (c->width < -1) {
		if (strchr(c->flags, '-') == NULL)
			c->flags[n++] = '-';
		c->width = c->width < -1000000 ? 1000000 : -c->width;
	}
	if (**s == '.') {
		++*s;
		c->precision = field_number(p, s);
	}
	while (**s != '\0' && strchr("hlLjzt", **s) != NULL)
		++*s;
}

static void
convert(struct printer *p, const char **s)
{
	struct conversion c;
	struct buf text = { 0 };
	const char *argument;
	char letter;

	parse_conversion(p, s, &c);
	letter = **s;
	if (letter == '\0')
		fatal("printf: missing format character");
	++*s;
	switch (letter) {
	case 's':
		argument = next_argument(p);
		put_padded(&c, argument == NULL ? "" : argument, argument == NULL ? 0 : strlen(argument));
		break;
	case 'c':
		argument = next_argument(p);
		/* Of an empty string, its null character. */
		put_padded(&c, argument == NULL ? "" : argument, 1);
		break;
	case 'b':
		argument = next_argument(p);
		unescape(argument == NULL ? "" : argument, &text, &p->stop);
		put_padded(&c, text.len == 0 ? "" : text.s, text.len);
		break;
	default:
		if (strchr("diouxXaAeEfFgG", letter) == NULL)
			fatal("printf: %%%c: invalid directive", letter);
		put_number(p, &c, letter);
	}
}

static void
print_once(struct printer *p, const char *format)
{
	const char *s = format;

	while (*s != '\0' && !p->stop) {
		char c = *s++;

		if (c == '\\')
			format_escape(&s);
		else if (c != '%')
			out_char(c);
		else if (*s == '%') {
			s++;
			out_char('%');
		} else
			convert(p, &s);
	}
}

/* The format is used again for as long as there are arguments. */
int
b_printf(int argc, char **argv)
{
	struct printer p = { 0 };

	if (argc > 1 && strcmp(argv[1], "--") == 0) {
		argc--;
		argv++;
	}
	if (argc < 2)
		fatal("usage: printf format [argument...]");
	p.argv = argv + 2;
	do {
		p.used = false;
		print_once(&p, argv[1]);
		check_interrupt();
	} while (*p.argv != NULL && p.used && !p.stop);
	return p.status;
}
