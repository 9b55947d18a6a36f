#include <math.h>

#include "bits.h"
#include "dd.h"

enum parity { NOT_INTEGER, ODD, EVEN };

static enum parity
parity_of(double y)
{
	double size = magnitude(y);

	if (size >= 0x1p53)
		return EVEN;
	if (size < 1 || trunc(size) != size)
		return NOT_INTEGER;
	return (uint64_t)size & 1 ? ODD : EVEN;
}

/* Where x or y is zero, infinite or not a number. */
static double
pow_special(double x, double y)
{
	double size = magnitude(x), result;

	if (y == 0 || x == 1)
		return 1;
	if (is_nan(x) || is_nan(y))
		return x + y;
	if (magnitude(y) == INFINITY) {
		if (size == 1)
			return 1;
		return (size > 1) == (y > 0) ? INFINITY : 0;
	}
	/* x is a zero or an infinity. */
	if ((size == 0) == (y > 0))
		result = 0;
	else
		result = size == 0 ? 1 / magnitude(x) : INFINITY;
	return parity_of(y) == ODD ? with_sign(result, x) : result;
}

double
pow(double x, double y)
{
	double size = magnitude(x), sign = 1, result;
	int exponent = 0;
	struct dd l;

	if (!(size > 0 && size < INFINITY && magnitude(y) < INFINITY) || y == 0 || x == 1)
		return pow_special(x, y);
	if (x < 0) {
		enum parity parity = parity_of(y);

		if (parity == NOT_INTEGER)
			return (x - x) / 0.0;
		if (parity == ODD)
			sign = -1;
	}
	if (size < 0x1p-1022) {
		size *= 0x1p54;
		exponent = -54;
	}
	l = __dd_log(dd_of(size));
	if (exponent != 0)
		l = dd_add(dd_mul(dd_of(exponent), DD_LN2), l);
	/* Large enough to decide alone, and to make the product overflow. */
	if (magnitude(y) > 0x1p65) {
		if (size == 1)
			return sign;
		return (l.hi > 0) == (y > 0) ? sign * 0x1p1023 * 2.0 : sign * 0x1p-1000 * 0x1p-1000;
	}
	l = dd_mul(l, dd_of(y));
	if (l.hi > 710)
		return sign * 0x1p1023 * 2.0;
	if (l.hi < -746)
		return sign * 0x1p-1000 * 0x1p-1000;
	result = __dd_round(__dd_exp(l));
	return sign < 0 ? -result : result;
}

float
powf(float x, float y)
{
	return (float)pow(x, y);
}
