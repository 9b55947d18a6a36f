#include <errno.h>
#include <string.h>

#include "scanf.h"
#include "wide_format.h"

static bool
is_space(int c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Returns the first character that is not white space; it stays unread. */
static int
skip_space(struct scan_input *in)
{
	int c;

	while (is_space(c = scan_get(in)))
		continue;
	scan_unget(in, c);
	return c;
}

/* The set between brackets as 256 flags; returns what follows ']', or NULL. */
static const char *
parse_set(const char *s, unsigned char *set)
{
	unsigned char member = 1;
	const char *start;

	if (*s == '^') {
		member = 0;
		s++;
	}
	memset(set, !member, 256);
	for (start = s; *s != ']' || s == start; s++) {
		unsigned char low = (unsigned char)*s, high = low;

		if (low == '\0')
			return NULL;
		if (s[1] == '-' && s[2] != ']' && s[2] != '\0' && (unsigned char)s[2] >= low) {
			high = (unsigned char)s[2];
			s += 2;
		}
		memset(set + low, member, (size_t)(high - low) + 1);
	}
	return s + 1;
}

static const char *
parse_length(const char *s, struct scan_spec *spec)
{
	switch (*s) {
	case 'h':
		spec->length = s[1] == 'h' ? SCAN_CHAR : SCAN_SHORT;
		return s + (s[1] == 'h' ? 2 : 1);
	case 'l':
		spec->length = SCAN_LONG;
		return s + (s[1] == 'l' ? 2 : 1);
	case 'j':
	case 'q':
	case 't':
	case 'z':
		spec->length = SCAN_LONG;
		return s + 1;
	case 'L':
		spec->length = SCAN_LONG_DOUBLE;
		return s + 1;
	default:
		return s;
	}
}

/* Parse what follows '%' (and a position); NULL if it is malformed. */
static const char *
parse_spec(const char *s, struct scan_spec *spec, unsigned char *set)
{
	*spec = (struct scan_spec){ .width = SIZE_MAX, .set = set };
	if (*s == '*') {
		spec->suppress = true;
		s++;
	}
	if (*s >= '0' && *s <= '9') {
		spec->width = 0;
		for (; *s >= '0' && *s <= '9'; s++)
			spec->width = spec->width * 10 + (size_t)(*s - '0');
		if (spec->width == 0)
			spec->width = SIZE_MAX;
	}
	if (*s == 'm') {
		spec->allocate = true;
		s++;
	}
	s = parse_length(s, spec);
	spec->conversion = *s;
	if (*s == '\0')
		return NULL;
	if (*s == 'D' || *s == 'O' || *s == 'C' || *s == 'S') {
		spec->conversion = (char)(*s + ('a' - 'A'));
		spec->length = SCAN_LONG;
	}
	if (*s == '[')
		return parse_set(s + 1, set);
	return s + 1;
}

static void
store_count(const struct scan_spec *spec, void *where, size_t count)
{
	switch (spec->length) {
	case SCAN_CHAR:
		*(signed char *)where = (signed char)count;
		break;
	case SCAN_SHORT:
		*(short *)where = (short)count;
		break;
	case SCAN_INT:
		*(int *)where = (int)count;
		break;
	default:
		*(long *)where = (long)count;
		break;
	}
}

static enum scan_result
convert(struct scan_input *in, const struct scan_spec *spec, void *where)
{
	bool verbatim = spec->conversion == 'c' || spec->conversion == '[';

	if (spec->conversion == 'n') {
		if (where != NULL)
			store_count(spec, where, in->consumed);
		return SCAN_MATCHED;
	}
	if (!verbatim && skip_space(in) == EOF)
		return SCAN_END;
	switch (spec->conversion) {
	case 'd':
	case 'i':
	case 'o':
	case 'u':
	case 'x':
	case 'X':
	case 'p':
		return __scan_integer(in, spec, where);
	case 'a':
	case 'A':
	case 'e':
	case 'E':
	case 'f':
	case 'F':
	case 'g':
	case 'G':
		return __scan_float(in, spec, where);
	case 'c':
	case 's':
	case '[':
		return __scan_text(in, spec, where);
	default:
		return SCAN_MISMATCH;
	}
}

/* A literal of the format against the input. */
static enum scan_result
match_literal(struct scan_input *in, unsigned char literal)
{
	int c = scan_get(in);

	if (c == literal)
		return SCAN_MATCHED;
	scan_unget(in, c);
	return c == EOF ? SCAN_END : SCAN_MISMATCH;
}

/* "%3$d": the third pointer, found by walking the arguments from the start. */
static void *
pointer_at(va_list ap, int position)
{
	va_list copy;
	void *p = NULL;

	va_copy(copy, ap);
	while (position-- > 0)
		p = va_arg(copy, void *);
	va_end(copy);
	return p;
}

static int
parse_position(const char **s)
{
	const char *p = *s;
	int n = 0;

	for (; *p >= '0' && *p <= '9' && n < 10000; p++)
		n = n * 10 + (*p - '0');
	if (*p != '$' || n == 0)
		return 0;
	*s = p + 1;
	return n;
}

static enum scan_result
step(struct scan_input *in, const char **format, va_list *ap, va_list first)
{
	unsigned char set[256];
	struct scan_spec spec;
	void *where = NULL;
	int position;

	position = parse_position(format);
	*format = parse_spec(*format, &spec, set);
	if (*format == NULL)
		return SCAN_MISMATCH;
	if (spec.conversion == '%') {
		if (skip_space(in) == EOF)
			return SCAN_END;
		return match_literal(in, '%');
	}
	if (!spec.suppress)
		where = position > 0 ? pointer_at(first, position) : va_arg(*ap, void *);
	return convert(in, &spec, where);
}

int
__stdio_vfscanf(FILE *fp, const char *format, va_list ap, bool wide)
{
	struct scan_input in = { .fp = fp, .wide = wide };
	va_list first, rest;
	int stored = 0;
	bool converted = false;

	va_copy(first, ap);
	va_copy(rest, ap);
	while (*format != '\0') {
		enum scan_result result;

		if (is_space((unsigned char)*format)) {
			skip_space(&in);
			format++;
			continue;
		}
		if (*format++ != '%')
			result = match_literal(&in, (unsigned char)format[-1]);
		else
			result = step(&in, &format, &rest, first);
		stored += result == SCAN_STORED;
		converted |= result == SCAN_STORED || result == SCAN_SKIPPED;
		if (result == SCAN_NO_MEMORY || (result == SCAN_END && !converted))
			stored = EOF;
		if (result >= SCAN_MISMATCH)
			break;
	}
	va_end(first);
	va_end(rest);
	return stored;
}

int
vfscanf(FILE *restrict fp, const char *restrict format, va_list ap)
{
	LOCKED(fp);
	return __stdio_vfscanf(fp, format, ap, false);
}
