#include <errno.h>
#include <limits.h>

#include "scanf.h"

static int
digit_value(int c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : INT_MAX;
}

struct number {
	uint64_t magnitude;
	bool negative, overflow;
	bool any;
};

/* "0x": the x belongs to the number only if a hexadecimal digit may follow. */
static int
read_prefix(struct scan_input *in, int c, int *base, size_t *width, struct number *n)
{
	if (c != '0' || (*base != 0 && *base != 16) || *width == 0)
		return c;
	n->any = true;
	c = --*width > 0 ? scan_get(in) : EOF;
	if (c == EOF)
		return c;
	if ((c | 0x20) == 'x') {
		*base = 16;
		n->any = false;
		return --*width > 0 ? scan_get(in) : EOF;
	}
	if (*base == 0)
		*base = 8;
	return c;
}

static struct number
read_number(struct scan_input *in, int base, size_t width)
{
	struct number n = { 0, false, false, false };
	int c = scan_get(in);

	if (c == '-' || c == '+') {
		n.negative = c == '-';
		if (--width == 0)
			return n;
		c = scan_get(in);
	}
	c = read_prefix(in, c, &base, &width, &n);
	if (base == 0)
		base = 10;
	for (; width > 0 && c != EOF && digit_value(c) < base; c = --width > 0 ? scan_get(in) : EOF) {
		n.any = true;
		if (__builtin_mul_overflow(n.magnitude, (uint64_t)base, &n.magnitude) ||
		    __builtin_add_overflow(n.magnitude, (uint64_t)digit_value(c), &n.magnitude))
			n.overflow = true;
	}
	if (width > 0)
		scan_unget(in, c);
	return n;
}

static uint64_t
clamp(const struct number *n, bool is_signed)
{
	if (is_signed && (n->overflow || n->magnitude > (uint64_t)INT64_MAX + n->negative)) {
		errno = ERANGE;
		return n->negative ? (uint64_t)INT64_MIN : (uint64_t)INT64_MAX;
	}
	if (n->overflow) {
		errno = ERANGE;
		return UINT64_MAX;
	}
	return n->negative ? 0 - n->magnitude : n->magnitude;
}

enum scan_result
__scan_integer(struct scan_input *in, const struct scan_spec *spec, void *where)
{
	struct number n;
	uint64_t value;
	int base = 10;
	bool is_signed = spec->conversion == 'd' || spec->conversion == 'i';

	if (spec->conversion == 'i')
		base = 0;
	else if (spec->conversion == 'o')
		base = 8;
	else if (!is_signed && spec->conversion != 'u')
		base = 16;
	n = read_number(in, base, spec->width);
	if (!n.any)
		return SCAN_MISMATCH;
	if (where == NULL)
		return SCAN_SKIPPED;
	value = clamp(&n, is_signed);
	if (spec->conversion == 'p') {
		*(void **)where = (void *)(uintptr_t)value;
		return SCAN_STORED;
	}
	switch (spec->length) {
	case SCAN_CHAR:
		*(unsigned char *)where = (unsigned char)value;
		break;
	case SCAN_SHORT:
		*(unsigned short *)where = (unsigned short)value;
		break;
	case SCAN_INT:
		*(unsigned *)where = (unsigned)value;
		break;
	default:
		*(unsigned long *)where = value;
		break;
	}
	return SCAN_STORED;
}
