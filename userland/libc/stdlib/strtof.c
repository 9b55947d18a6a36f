#include <stdlib.h>
#include <string.h>

#include "fp_parse.h"

float
strtof(const char *restrict s, char **restrict end)
{
	static const struct fp_format format = FLOAT_FORMAT;
	uint32_t number[FLOAT_PARSE_LIMBS], divisor[FLOAT_PARSE_LIMBS], bits;
	struct fp_text t = __fp_scan(s);
	float result;

	bits = (uint32_t)__fp_to_bits(&t, &format, &(struct fp_limbs){ number, divisor });
	memcpy(&result, &bits, sizeof(result));
	if (end != NULL)
		*end = (char *)(uintptr_t)t.end;
	return result;
}

float
strtof_l(const char *restrict s, char **restrict end, locale_t locale)
{
	(void)locale;
	return strtof(s, end);
}
