#include <math.h>

#include "bits.h"
#include "dd.h"

static const struct dd two_over_sqrt_pi = { 0x1.20dd750429b6dp+0, 0x1.1ae3a914fed80p-56 };

/* e^-x^2, the square being taken exactly. */
static struct scaled
exp_minus_square(double x)
{
	return __dd_exp(dd_neg(two_product(x, x)));
}

/*
 * erf x = 2 / sqrt(pi) e^-x^2 (x + 2 x^3 / 3 + 4 x^5 / 15 + ...), each term
 * 2 x^2 / (2 n + 1) times the one before: no term is negative, so nothing
 * cancels.
 */
static struct dd
erf_series(double x)
{
	struct dd square = dd_scale(two_product(x, x), 2), term = dd_of(x), sum = term;
	struct scaled e = exp_minus_square(x);

	for (int n = 1; term.hi > sum.hi * 0x1p-110; n++) {
		term = dd_div(dd_mul(term, square), dd_of(2 * n + 1));
		sum = dd_add(sum, term);
	}
	sum = dd_mul(dd_mul(sum, two_over_sqrt_pi), e.mantissa);
	return dd_scale(sum, power_of_two(e.exponent));
}

/*
 * erfc x = e^-x^2 / sqrt(pi) / (x + (1/2) / (x + (2/2) / (x + (3/2) / ...))),
 * evaluated from the inside; the smaller x, the deeper.
 */
static struct scaled
erfc_fraction(double x)
{
	int depth = (int)(20 + 1100 / (x * x));
	struct dd rest = dd_of(x);
	struct scaled e = exp_minus_square(x);

	for (int n = depth; n > 0; n--)
		rest = dd_add(dd_of(x), dd_div(dd_of(0.5 * n), rest));
	e.mantissa = dd_div(dd_mul(e.mantissa, dd_scale(two_over_sqrt_pi, 0.5)), rest);
	return e;
}

double
erf(double x)
{
	double size = magnitude(x);
	struct dd result;

	if (is_nan(x))
		return x + x;
	if (size >= 6)
		return with_sign(1, x);
	if (size < 0x1p-28) {
		/* Scaled so that the product is not rounded as a subnormal first. */
		result = dd_mul(dd_of(size * 0x1p100), two_over_sqrt_pi);
		return with_sign(result.hi * 0x1p-100, x);
	}
	result = erf_series(size);
	return with_sign(result.hi + result.lo, x);
}

double
erfc(double x)
{
	struct dd result;

	if (is_nan(x))
		return x + x;
	if (x < -6)
		return 2;
	if (x > 27.5)
		return x == INFINITY ? 0 : 0x1p-1000 * 0x1p-1000;
	if (x > 2.5)
		return __dd_round(erfc_fraction(x));
	result = erf_series(magnitude(x));
	result = x < 0 ? dd_add(dd_of(1), result) : dd_sub(dd_of(1), result);
	return result.hi + result.lo;
}

float
erff(float x)
{
	return (float)erf(x);
}

float
erfcf(float x)
{
	return (float)erfc(x);
}
