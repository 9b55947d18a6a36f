#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "strto.h"

static uint64_t
parse_unsigned(const char *s, char **end, int base)
{
	struct parsed_integer p = __parse_integer(s, base);

	if (end != NULL)
		*end = (char *)(uintptr_t)p.end;
	if (p.bad_base) {
		errno = EINVAL;
		return 0;
	}
	if (p.overflow) {
		errno = ERANGE;
		return UINT64_MAX;
	}
	/* ISO C: a minus sign negates in the unsigned type, and is no error. */
	return p.negative ? 0 - p.magnitude : p.magnitude;
}

#define DEFINE_UNSIGNED(type, name)						\
type										\
name(const char *restrict s, char **restrict end, int base)			\
{										\
	return parse_unsigned(s, end, base);					\
}										\
										\
type										\
name##_l(const char *restrict s, char **restrict end, int base, locale_t locale) \
{										\
	(void)locale;								\
	return parse_unsigned(s, end, base);					\
}

DEFINE_UNSIGNED(unsigned long, strtoul)
DEFINE_UNSIGNED(unsigned long long, strtoull)
DEFINE_UNSIGNED(uintmax_t, strtoumax)
DEFINE_UNSIGNED(u_quad_t, strtouq)
