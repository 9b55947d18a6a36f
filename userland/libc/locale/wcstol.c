/*
 * Wide numbers: every character that can belong to one is ASCII, so the prefix
 * that is ASCII is narrowed and parsed there.
 */

#include <inttypes.h>
#include <stdlib.h>
#include <wchar.h>

#include "wide_number.h"

#define DEFINE_INTEGER(type, wide, narrow)						\
type											\
wide(const wchar_t *restrict s, wchar_t **restrict end, int base)			\
{											\
	struct narrowed n = __narrow(s);						\
	char *stop;									\
	type value = narrow(narrowed_text(&n), &stop, base);					\
											\
	__narrow_end(&n, stop, end);							\
	return value;									\
}

DEFINE_INTEGER(long, wcstol, strtol)
DEFINE_INTEGER(long long, wcstoll, strtoll)
DEFINE_INTEGER(intmax_t, wcstoimax, strtoimax)
DEFINE_INTEGER(unsigned long, wcstoul, strtoul)
DEFINE_INTEGER(unsigned long long, wcstoull, strtoull)
DEFINE_INTEGER(uintmax_t, wcstoumax, strtoumax)
