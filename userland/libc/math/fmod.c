#include <math.h>

#include "bits.h"

/* A finite, non-zero number as an integer times a power of two. */
static uint64_t
split(double x, int *exponent)
{
	uint64_t u = bits_of(x);
	int biased = (int)(u >> 52) & 0x7ff;

	u &= FRACTION_BITS;
	if (biased != 0)
		u |= 1ULL << 52;
	else
		biased = 1;
	*exponent = biased - 1075;
	return u;
}

/*
 * Long division of the significands; exact, whatever the quotient's size.  The
 * low bits of the quotient are stored.
 */
static double
divide(double x, double y, uint64_t *quotient)
{
	int ex, ey;
	uint64_t a = split(x, &ex), b = split(y, &ey), q = 0;

	if (magnitude(x) < magnitude(y)) {
		*quotient = 0;
		return magnitude(x);
	}
	/* Eleven bits at a time: as many as the significand leaves free. */
	while (b < 1ULL << 52) {
		b <<= 1;
		ey--;
	}
	while (a < 1ULL << 52) {
		a <<= 1;
		ex--;
	}
	q = a / b;
	a %= b;
	while (ex > ey) {
		int n = ex - ey < 11 ? ex - ey : 11;

		a <<= n;
		q = q << n | a / b;
		a %= b;
		ex -= n;
	}
	*quotient = q;
	return scalbn((double)a, ey);
}

static int
is_special(double x, double y)
{
	return y == 0 || is_nan(y) || !(magnitude(x) < INFINITY);
}

double
fmod(double x, double y)
{
	uint64_t quotient;

	if (is_special(x, y))
		return (x * y) / (x * y);
	if (x == 0 || magnitude(y) == INFINITY)
		return x;
	return with_sign(divide(x, y, &quotient), x);
}

double
remquo(double x, double y, int *quo)
{
	uint64_t quotient = 0;
	double size = magnitude(y), rest;
	int n;

	*quo = 0;
	if (is_special(x, y))
		return (x * y) / (x * y);
	rest = x == 0 || size == INFINITY ? magnitude(x) : divide(x, y, &quotient);
	/* Nearest quotient, halves to even; comparing without doubling what may overflow. */
	if (rest > size - rest || (rest == size - rest && quotient & 1)) {
		rest -= size;
		quotient++;
	}
	n = (int)(quotient & 0x7fffffff);
	*quo = (bits_of(x) ^ bits_of(y)) & SIGN_BIT ? -n : n;
	return bits_of(x) & SIGN_BIT ? -rest : rest;
}

double
remainder(double x, double y)
{
	int quotient;

	return remquo(x, y, &quotient);
}

double
drem(double x, double y)
{
	return remainder(x, y);
}

float
fmodf(float x, float y)
{
	return (float)fmod(x, y);
}

float
remquof(float x, float y, int *quo)
{
	return (float)remquo(x, y, quo);
}

float
remainderf(float x, float y)
{
	return (float)remainder(x, y);
}

float
dremf(float x, float y)
{
	return (float)remainder(x, y);
}
