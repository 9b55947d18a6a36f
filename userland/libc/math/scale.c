#include <limits.h>
#include <math.h>

#include "bits.h"

double
scalbn(double x, int n)
{
	/* Steps that stay exact until the last, which alone may round. */
	if (n > 1023) {
		x *= 0x1p1023;
		n -= 1023;
		if (n > 1023) {
			x *= 0x1p1023;
			n = n - 1023 > 1023 ? 1023 : n - 1023;
		}
	} else if (n < -1022) {
		/* 53 less than the range, lest a subnormal be rounded twice. */
		x *= 0x1p-969;
		n += 969;
		if (n < -1022) {
			x *= 0x1p-969;
			n = n + 969 < -1022 ? -1022 : n + 969;
		}
	}
	return x * power_of_two(n);
}

double
ldexp(double x, int n)
{
	return scalbn(x, n);
}

double
scalbln(double x, long n)
{
	return scalbn(x, n > INT_MAX ? INT_MAX : n < INT_MIN ? INT_MIN : (int)n);
}

double
scalb(double x, double n)
{
	if (is_nan(x) || is_nan(n))
		return x + n;
	if (magnitude(n) == INFINITY)
		return n > 0 ? x * n : x / -n;
	if (rint(n) != n)
		return (n - n) / 0.0;
	return scalbn(x, n > 65000 ? 65000 : n < -65000 ? -65000 : (int)n);
}

double
frexp(double x, int *exponent)
{
	uint64_t u = bits_of(x);
	int biased = (int)(u >> 52) & 0x7ff, extra = 0;

	*exponent = 0;
	if (biased == 0x7ff || x == 0)
		return x + x;
	if (biased == 0) {
		u = bits_of(x * 0x1p54);
		biased = (int)(u >> 52) & 0x7ff;
		extra = -54;
	}
	*exponent = biased - 1022 + extra;
	return double_of((u & ~EXPONENT_BITS) | 0x3feULL << 52);
}

int
ilogb(double x)
{
	int exponent;

	if (x == 0)
		return FP_ILOGB0;
	if (is_nan(x))
		return FP_ILOGBNAN;
	if (magnitude(x) == INFINITY)
		return INT_MAX;
	frexp(x, &exponent);
	return exponent - 1;
}

double
logb(double x)
{
	if (x == 0)
		return -1 / magnitude(x);
	if (!(magnitude(x) < INFINITY))
		return x * x;
	return ilogb(x);
}

double
significand(double x)
{
	int exponent;

	if (x == 0 || !(magnitude(x) < INFINITY))
		return x;
	return 2 * frexp(x, &exponent);
}

double
modf(double x, double *whole)
{
	if (magnitude(x) == INFINITY) {
		*whole = x;
		return with_sign(0, x);
	}
	*whole = trunc(x);
	return with_sign(x - *whole, x);
}

float
scalbnf(float x, int n)
{
	/* The product is exact in double, so that the conversion rounds once. */
	return (float)scalbn(x, n > 500 ? 500 : n < -500 ? -500 : n);
}

float
ldexpf(float x, int n)
{
	return scalbnf(x, n);
}

float
scalblnf(float x, long n)
{
	return scalbnf(x, n > 500 ? 500 : n < -500 ? -500 : (int)n);
}

float
scalbf(float x, float n)
{
	return (float)scalb(x, n);
}

float
frexpf(float x, int *exponent)
{
	return (float)frexp(x, exponent);
}

int
ilogbf(float x)
{
	return ilogb(x);
}

float
logbf(float x)
{
	return (float)logb(x);
}

float
significandf(float x)
{
	return (float)significand(x);
}

float
modff(float x, float *whole)
{
	double w, rest = modf(x, &w);

	*whole = (float)w;
	return (float)rest;
}
