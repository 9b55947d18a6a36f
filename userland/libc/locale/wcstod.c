#include <stdlib.h>
#include <wchar.h>

#include "wide_number.h"

#define DEFINE_FLOATING(type, wide, narrow)						\
type											\
wide(const wchar_t *restrict s, wchar_t **restrict end)					\
{											\
	struct narrowed n = __narrow(s);						\
	char *stop;									\
	type value = narrow(narrowed_text(&n), &stop);					\
											\
	__narrow_end(&n, stop, end);							\
	return value;									\
}

DEFINE_FLOATING(double, wcstod, strtod)
DEFINE_FLOATING(float, wcstof, strtof)
DEFINE_FLOATING(long double, wcstold, strtold)
