#include <math.h>

#include "bits.h"
#include "dd.h"


double
exp(double x)
{
	if (is_nan(x))
		return x + x;
	if (x > 710)
		return x == INFINITY ? x : 0x1p1023 * x;
	if (x < -746)
		return x == -INFINITY ? 0 : 0x1p-1000 * 0x1p-1000;
	return __dd_round(__dd_exp(dd_of(x)));
}

double
exp2(double x)
{
	if (is_nan(x))
		return x + x;
	if (x >= 1024)
		return x == INFINITY ? x : 0x1p1023 * x;
	if (x < -1076)
		return x == -INFINITY ? 0 : 0x1p-1000 * 0x1p-1000;
	return __dd_round(__dd_exp(dd_mul(dd_of(x), DD_LN2)));
}

double
expm1(double x)
{
	struct dd result;

	if (is_nan(x) || x == 0 || x == INFINITY)
		return x + x;
	if (x > 690)
		return exp(x);
	if (x < -40)
		return x == -INFINITY ? -1 : -1 + 0x1p-60;
	/* x^2 / 2 and all that follows is below half a unit. */
	if (magnitude(x) < 0x1p-54)
		return x;
	result = __dd_expm1(dd_of(x));
	return result.hi + result.lo;
}

float
expf(float x)
{
	return (float)exp(x);
}

float
exp2f(float x)
{
	return (float)exp2(x);
}

float
expm1f(float x)
{
	return (float)expm1(x);
}
