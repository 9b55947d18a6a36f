#include <stdlib.h>
#include <string.h>

#include "fp_parse.h"

/* Every power of ten that a double holds exactly. */
static const double exact_powers[] = {
	1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
	1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
};

#define MOST_EXACT 22

/* Exact integer and exact power: one operation, hence one correct rounding. */
static bool
short_cut(const struct fp_text *t, double *result)
{
	uint64_t value;
	int exponent;

	if (t->kind != FP_TEXT_DECIMAL || !__fp_small(t, &value, &exponent) || value >> 53 != 0 ||
	    exponent < -MOST_EXACT || exponent > MOST_EXACT)
		return false;
	if (exponent < 0)
		*result = (double)value / exact_powers[-exponent];
	else
		*result = (double)value * exact_powers[exponent];
	if (t->negative)
		*result = -*result;
	return true;
}

double
strtod(const char *restrict s, char **restrict end)
{
	static const struct fp_format format = DOUBLE_FORMAT;
	uint32_t number[DOUBLE_PARSE_LIMBS], divisor[DOUBLE_PARSE_LIMBS];
	struct fp_text t = __fp_scan(s);
	double result;

	if (!short_cut(&t, &result)) {
		uint64_t bits = (uint64_t)__fp_to_bits(&t, &format, &(struct fp_limbs){ number, divisor });

		memcpy(&result, &bits, sizeof(result));
	}
	if (end != NULL)
		*end = (char *)(uintptr_t)t.end;
	return result;
}

double
strtod_l(const char *restrict s, char **restrict end, locale_t locale)
{
	(void)locale;
	return strtod(s, end);
}

double
atof(const char *s)
{
	return strtod(s, NULL);
}
