#include <stdlib.h>
#include <string.h>

#include "fp_parse.h"

long double
strtold(const char *restrict s, char **restrict end)
{
	static const struct fp_format format = QUAD_FORMAT;
	uint32_t number[QUAD_PARSE_LIMBS], divisor[QUAD_PARSE_LIMBS];
	struct fp_text t = __fp_scan(s);
	long double result;
	uint128 bits;

	bits = __fp_to_bits(&t, &format, &(struct fp_limbs){ number, divisor });
	memcpy(&result, &bits, sizeof(result));
	if (end != NULL)
		*end = (char *)(uintptr_t)t.end;
	return result;
}

long double
strtold_l(const char *restrict s, char **restrict end, locale_t locale)
{
	(void)locale;
	return strtold(s, end);
}
