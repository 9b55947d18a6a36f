#include <limits.h>

#include "printf.h"

/* Saturates, so that an absurd width fails as one and not as a small number. */
static const char *
parse_number(const char *s, int *value)
{
	int n = 0;

	for (; *s >= '0' && *s <= '9'; s++)
		if (__builtin_mul_overflow(n, 10, &n) || __builtin_add_overflow(n, *s - '0', &n))
			n = INT_MAX;
	*value = n;
	return s;
}

/* A width or precision: digits, '*', or '*' and a position. */
static const char *
parse_amount(const char *s, int *value, int *from)
{
	const char *end;

	if (*s != '*')
		return parse_number(s, value);
	*from = 0;
	end = parse_number(++s, value);
	if (end != s && *end == '$') {
		*from = *value;
		s = end + 1;
	}
	*value = 0;
	return s;
}

static const char *
parse_flags(const char *s, int *flags)
{
	for (;; s++)
		switch (*s) {
		case '-':
			*flags |= LEFT;
			break;
		case '+':
			*flags |= PLUS;
			break;
		case ' ':
			*flags |= SPACE;
			break;
		case '#':
			*flags |= ALTERNATE;
			break;
		case '0':
			*flags |= ZERO;
			break;
		case '\'':
			*flags |= GROUP;
			break;
		default:
			return s;
		}
}

static const char *
parse_length(const char *s, enum length *length)
{
	switch (*s) {
	case 'h':
		*length = s[1] == 'h' ? LEN_HH : LEN_H;
		return s + (*length == LEN_HH ? 2 : 1);
	case 'l':
		*length = LEN_L;
		return s + (s[1] == 'l' ? 2 : 1);
	case 'j':
	case 'q':
	case 't':
	case 'z':
		*length = LEN_L;
		return s + 1;
	case 'L':
		*length = LEN_LONG_DOUBLE;
		return s + 1;
	default:
		return s;
	}
}

const char *
__printf_parse(const char *s, struct spec *spec)
{
	const char *end;

	*spec = (struct spec){ .precision = -1, .width_from = -1, .precision_from = -1 };
	if (*s >= '1' && *s <= '9') {
		end = parse_number(s, &spec->position);
		if (*end == '$')
			s = end + 1;
		else
			spec->position = 0;
	}
	s = parse_flags(s, &spec->flags);
	s = parse_amount(s, &spec->width, &spec->width_from);
	if (*s == '.')
		s = parse_amount(s + 1, &spec->precision, &spec->precision_from);
	s = parse_length(s, &spec->length);
	spec->conversion = *s;
	if (*s == '\0')
		return s;
	/* Upper-case letters that traditionally imply "long". */
	if (*s == 'D' || *s == 'O' || *s == 'U' || *s == 'C' || *s == 'S') {
		spec->conversion = (char)(*s + ('a' - 'A'));
		spec->length = LEN_L;
	}
	return s + 1;
}

enum arg_kind
__printf_kind(const struct spec *spec)
{
	switch (spec->conversion) {
	case 'd':
	case 'i':
	case 'o':
	case 'u':
	case 'x':
	case 'X':
		return spec->length == LEN_L || spec->length == LEN_LONG_DOUBLE ? ARG_LONG : ARG_INT;
	case 'c':
		return ARG_INT;
	case 's':
	case 'p':
	case 'n':
		return ARG_POINTER;
	case 'a':
	case 'A':
	case 'e':
	case 'E':
	case 'f':
	case 'F':
	case 'g':
	case 'G':
		return spec->length == LEN_LONG_DOUBLE ? ARG_LONG_DOUBLE : ARG_DOUBLE;
	default:
		return ARG_NONE;
	}
}
