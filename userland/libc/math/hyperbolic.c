#include <math.h>

#include "bits.h"
#include "dd.h"

static double
rounded(struct dd x)
{
	return x.hi + x.lo;
}

/* e^x / 2 without overflowing where the half does not. */
static double
half_exp(double x)
{
	struct scaled e;

	if (x > 711)
		return 0x1p1023 * x;
	e = __dd_exp(dd_of(x));
	e.exponent--;
	return __dd_round(e);
}

double
sinh(double x)
{
	double size = magnitude(x);
	struct dd e;

	if (!(size < INFINITY) || size < 0x1p-28)
		return x;
	if (size > 40)
		return with_sign(half_exp(size), x);
	/* With e = exp(x) - 1: (e + e / (e + 1)) / 2 */
	e = __dd_expm1(dd_of(size));
	e = dd_add(e, dd_div(e, dd_add(e, dd_of(1))));
	return with_sign(rounded(dd_scale(e, 0.5)), x);
}

double
cosh(double x)
{
	double size = magnitude(x);
	struct dd e;

	if (is_nan(x))
		return x + x;
	if (size == INFINITY)
		return size;
	if (size > 40)
		return half_exp(size);
	e = dd_add(__dd_expm1(dd_of(size)), dd_of(1));
	return rounded(dd_scale(dd_add(e, dd_div(dd_of(1), e)), 0.5));
}

double
tanh(double x)
{
	double size = magnitude(x);
	struct dd e;

	if (is_nan(x) || size < 0x1p-28)
		return x;
	if (size > 22)
		return with_sign(1, x);
	e = __dd_expm1(dd_of(2 * size));
	return with_sign(rounded(dd_div(e, dd_add(e, dd_of(2)))), x);
}

double
asinh(double x)
{
	double size = magnitude(x);
	struct dd square, root, sum;

	if (!(size < INFINITY) || size < 0x1p-28)
		return x;
	if (size > 0x1p30) {
		sum = dd_add(__dd_log(dd_of(size)), DD_LN2);
		return with_sign(rounded(sum), x);
	}
	/* log(1 + x + x^2 / (1 + sqrt(1 + x^2))) */
	square = two_product(size, size);
	root = dd_sqrt(dd_add(dd_of(1), square));
	sum = dd_add(dd_of(size), dd_div(square, dd_add(dd_of(1), root)));
	return with_sign(rounded(__dd_log1p(sum)), x);
}

double
acosh(double x)
{
	struct dd less_one, root;

	if (!(x >= 1))
		return is_nan(x) ? x + x : (x - x) / 0.0;
	if (x == INFINITY)
		return x;
	if (x > 0x1p30)
		return rounded(dd_add(__dd_log(dd_of(x)), DD_LN2));
	/* With t = x - 1: log(1 + t + sqrt(t (t + 2))) */
	less_one = two_sum(x, -1);
	root = dd_sqrt(dd_mul(less_one, dd_add(less_one, dd_of(2))));
	return rounded(__dd_log1p(dd_add(less_one, root)));
}

double
atanh(double x)
{
	double size = magnitude(x);
	struct dd ratio;

	if (!(size < 1))
		return is_nan(x) ? x + x : size == 1 ? x / 0.0 : (x - x) / 0.0;
	if (size < 0x1p-28)
		return x;
	ratio = dd_div(dd_of(2 * size), dd_sub(dd_of(1), dd_of(size)));
	return with_sign(0.5 * rounded(__dd_log1p(ratio)), x);
}

float
sinhf(float x)
{
	return (float)sinh(x);
}

float
coshf(float x)
{
	return (float)cosh(x);
}

float
tanhf(float x)
{
	return (float)tanh(x);
}

float
asinhf(float x)
{
	return (float)asinh(x);
}

float
acoshf(float x)
{
	return (float)acosh(x);
}

float
atanhf(float x)
{
	return (float)atanh(x);
}
