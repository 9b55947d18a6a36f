#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "strto.h"

static int64_t
parse_signed(const char *s, char **end, int base)
{
	struct parsed_integer p = __parse_integer(s, base);
	uint64_t limit = (uint64_t)INT64_MAX + p.negative;

	if (end != NULL)
		*end = (char *)(uintptr_t)p.end;
	if (p.bad_base) {
		errno = EINVAL;
		return 0;
	}
	if (p.overflow || p.magnitude > limit) {
		errno = ERANGE;
		return p.negative ? INT64_MIN : INT64_MAX;
	}
	return (int64_t)(p.negative ? 0 - p.magnitude : p.magnitude);
}

#define DEFINE_SIGNED(type, name)						\
type										\
name(const char *restrict s, char **restrict end, int base)			\
{										\
	return parse_signed(s, end, base);					\
}										\
										\
type										\
name##_l(const char *restrict s, char **restrict end, int base, locale_t locale) \
{										\
	(void)locale;								\
	return parse_signed(s, end, base);					\
}

DEFINE_SIGNED(long, strtol)
DEFINE_SIGNED(long long, strtoll)
DEFINE_SIGNED(intmax_t, strtoimax)
DEFINE_SIGNED(quad_t, strtoq)
