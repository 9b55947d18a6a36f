/* The long double functions that work on the encoding: IEEE quad, 112 fraction bits. */

#include <limits.h>
#include <math.h>

#include "bits.h"

#define QUAD_SIGN	((quad_bits)1 << 127)
#define QUAD_ONE_BIT	((quad_bits)1 << 112)
#define QUAD_FRACTION	(QUAD_ONE_BIT - 1)
#define QUAD_BIAS	16383

static int
biased_exponent(quad_bits u)
{
	return (int)(u >> 112) & 0x7fff;
}

/* Clears the bits below the units; `away` adds one unit to a magnitude that had any. */
static long double
to_integer(long double x, int away)
{
	quad_bits u = bits_of_quad(x), below;
	int exponent = biased_exponent(u) - QUAD_BIAS;

	if (exponent >= 112)
		return x;
	if (exponent < 0) {
		u &= QUAD_SIGN;
		if (away && x != 0)
			u |= (quad_bits)QUAD_BIAS << 112;
		return quad_of(u);
	}
	below = QUAD_FRACTION >> exponent;
	if ((u & below) != 0 && away)
		u += below + 1;
	return quad_of(u & ~below);
}

long double
truncl(long double x)
{
	return to_integer(x, 0);
}

long double
floorl(long double x)
{
	return to_integer(x, __signbitl(x));
}

long double
ceill(long double x)
{
	return to_integer(x, !__signbitl(x));
}

/* Halves away from zero: add a half to the magnitude, in the encoding, then cut. */
long double
roundl(long double x)
{
	quad_bits u = bits_of_quad(x);
	int exponent = biased_exponent(u) - QUAD_BIAS;

	if (exponent >= 112)
		return x;
	if (exponent < -1)
		return quad_of(u & QUAD_SIGN);
	if (exponent == -1)
		return quad_of((u & QUAD_SIGN) | (quad_bits)QUAD_BIAS << 112);
	return to_integer(quad_of(u + (QUAD_ONE_BIT >> 1 >> exponent)), 0);
}

/* To nearest, halves to even. */
long double
rintl(long double x)
{
	long double down = truncl(x), rest = fabsl(x - down), half = 0.5L;

	if (biased_exponent(bits_of_quad(x)) >= QUAD_BIAS + 112)
		return x;
	if (rest > half || (rest == half && truncl(down / 2) * 2 != down))
		down = to_integer(x, 1);
	return copysignl(down, x);
}

long double
nearbyintl(long double x)
{
	return rintl(x);
}

long
lrintl(long double x)
{
	return (long)rintl(x);
}

long
lroundl(long double x)
{
	return (long)roundl(x);
}

long long
llrintl(long double x)
{
	return (long long)rintl(x);
}

long long
llroundl(long double x)
{
	return (long long)roundl(x);
}

long double
modfl(long double x, long double *whole)
{
	*whole = truncl(x);
	if (__isinfl(x))
		return copysignl(0, x);
	return copysignl(x - *whole, x);
}

long double
frexpl(long double x, int *exponent)
{
	quad_bits u = bits_of_quad(x);
	int biased = biased_exponent(u), extra = 0;

	*exponent = 0;
	if (biased == 0x7fff || x == 0)
		return x;
	if (biased == 0) {
		u = bits_of_quad(x * 0x1p120L);
		biased = biased_exponent(u);
		extra = -120;
	}
	*exponent = biased - (QUAD_BIAS - 1) + extra;
	return quad_of((u & (QUAD_SIGN | QUAD_FRACTION)) | (quad_bits)(QUAD_BIAS - 1) << 112);
}

static long double
quad_power_of_two(int n)
{
	return quad_of((quad_bits)(unsigned)(n + QUAD_BIAS) << 112);
}

long double
scalbnl(long double x, int n)
{
	if (n > 16383) {
		x *= 0x1p16383L;
		n -= 16383;
		if (n > 16383) {
			x *= 0x1p16383L;
			n = n - 16383 > 16383 ? 16383 : n - 16383;
		}
	} else if (n < -16382) {
		x *= 0x1p-16269L;
		n += 16269;
		if (n < -16382) {
			x *= 0x1p-16269L;
			n = n + 16269 < -16382 ? -16382 : n + 16269;
		}
	}
	return x * quad_power_of_two(n);
}

long double
ldexpl(long double x, int n)
{
	return scalbnl(x, n);
}

long double
scalblnl(long double x, long n)
{
	return scalbnl(x, n > INT_MAX ? INT_MAX : n < INT_MIN ? INT_MIN : (int)n);
}

int
ilogbl(long double x)
{
	int exponent;

	if (x == 0)
		return FP_ILOGB0;
	if (__isnanl(x))
		return FP_ILOGBNAN;
	if (__isinfl(x))
		return INT_MAX;
	frexpl(x, &exponent);
	return exponent - 1;
}

long double
logbl(long double x)
{
	if (x == 0)
		return -1 / fabsl(x);
	if (!__isfinitel(x))
		return x * x;
	return ilogbl(x);
}
