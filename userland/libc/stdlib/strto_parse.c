#include <limits.h>

#include "strto.h"

static inline unsigned
digit_value(unsigned char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'z' ? c - 'a' + 10U : UINT_MAX;
}

static inline bool
is_space(unsigned char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct parsed_integer
__parse_integer(const char *s, int base)
{
	struct parsed_integer r = { .end = s };
	uint64_t limit;
	bool any = false;

	if (base < 0 || base == 1 || base > 36) {
		r.bad_base = true;
		return r;
	}
	while (is_space((unsigned char)*s))
		s++;
	if (*s == '-' || *s == '+')
		r.negative = *s++ == '-';
	/* "0x" with no hexadecimal digit behind it is the number 0 and an x. */
	if ((base == 0 || base == 16) && s[0] == '0' && (s[1] | 0x20) == 'x' &&
	    digit_value((unsigned char)s[2]) < 16) {
		s += 2;
		base = 16;
	} else if (base == 0)
		base = *s == '0' ? 8 : 10;
	limit = UINT64_MAX / (unsigned)base;
	for (;; s++) {
		unsigned digit = digit_value((unsigned char)*s);
		uint64_t next;

		if (digit >= (unsigned)base)
			break;
		any = true;
		next = r.magnitude * (unsigned)base + digit;
		if (r.magnitude > limit || (r.magnitude == limit && next < digit))
			r.overflow = true;
		r.magnitude = next;
	}
	if (any)
		r.end = s;
	return r;
}
