/*
 * strtoi and strtou: a range to fall in, a status returned through a pointer,
 * errno left alone.
 */

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "strto.h"

/* The status that says how much of the string was a number. */
static int
status_of(const struct parsed_integer *p, const char *s)
{
	if (p->bad_base)
		return EINVAL;
	if (p->end == s)
		return ECANCELED;
	return *p->end != '\0' ? ENOTSUP : 0;
}

intmax_t
strtoi(const char *restrict s, char **restrict end, int base, intmax_t low, intmax_t high,
    int *status)
{
	struct parsed_integer p = __parse_integer(s, base);
	int unused, out_of_range = 0;
	intmax_t value;

	if (status == NULL)
		status = &unused;
	*status = status_of(&p, s);
	if (end != NULL)
		*end = (char *)(uintptr_t)p.end;
	if (p.overflow || p.magnitude > (uint64_t)INTMAX_MAX + p.negative) {
		out_of_range = 1;
		value = p.negative ? INTMAX_MIN : INTMAX_MAX;
	} else
		value = (intmax_t)(p.negative ? 0 - p.magnitude : p.magnitude);
	if (value < low || value > high || out_of_range) {
		/* A range error outranks trailing text but not a missing number. */
		if (*status == 0 || *status == ENOTSUP)
			*status = ERANGE;
		return value < low ? low : value > high ? high : value;
	}
	return value;
}

uintmax_t
strtou(const char *restrict s, char **restrict end, int base, uintmax_t low, uintmax_t high,
    int *status)
{
	struct parsed_integer p = __parse_integer(s, base);
	int unused;
	uintmax_t value = p.negative ? 0 - p.magnitude : p.magnitude;

	if (status == NULL)
		status = &unused;
	*status = status_of(&p, s);
	if (end != NULL)
		*end = (char *)(uintptr_t)p.end;
	if (p.overflow)
		value = UINTMAX_MAX;
	if (value < low || value > high || p.overflow) {
		if (*status == 0 || *status == ENOTSUP)
			*status = ERANGE;
		return value < low ? low : value > high ? high : value;
	}
	return value;
}

intmax_t
strtoi_l(const char *restrict s, char **restrict end, int base, intmax_t low, intmax_t high,
    int *status, locale_t locale)
{
	(void)locale;
	return strtoi(s, end, base, low, high, status);
}

uintmax_t
strtou_l(const char *restrict s, char **restrict end, int base, uintmax_t low, uintmax_t high,
    int *status, locale_t locale)
{
	(void)locale;
	return strtou(s, end, base, low, high, status);
}
