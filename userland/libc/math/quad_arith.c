/* Remainder and square root of long doubles, on their significands as integers. */

#include <math.h>

#include "bits.h"

/* A finite, non-zero number's significand with bit 112 set, times a power of two. */
static quad_bits
split(long double x, int *exponent)
{
	quad_bits u = bits_of_quad(frexpl(fabsl(x), exponent));

	*exponent -= 113;
	return (u & (((quad_bits)1 << 112) - 1)) | (quad_bits)1 << 112;
}

/* One bit of quotient at a time; its low bits are stored. */
static long double
divide(long double x, long double y, unsigned *quotient)
{
	int ex, ey;
	quad_bits a = split(x, &ex), b = split(y, &ey);

	*quotient = 0;
	if (fabsl(x) < fabsl(y))
		return fabsl(x);
	for (;; ex--) {
		*quotient <<= 1;
		if (a >= b) {
			a -= b;
			*quotient |= 1;
		}
		if (ex == ey)
			return scalbnl((long double)a, ey);
		a <<= 1;
	}
}

static int
is_special(long double x, long double y)
{
	return y == 0 || __isnanl(y) || !__isfinitel(x);
}

long double
fmodl(long double x, long double y)
{
	unsigned quotient;

	if (is_special(x, y))
		return (x * y) / (x * y);
	if (x == 0 || __isinfl(y))
		return x;
	return copysignl(divide(x, y, &quotient), x);
}

long double
remquol(long double x, long double y, int *quo)
{
	unsigned quotient = 0;
	long double size = fabsl(y), rest;
	int n;

	*quo = 0;
	if (is_special(x, y))
		return (x * y) / (x * y);
	rest = x == 0 || __isinfl(y) ? fabsl(x) : divide(x, y, &quotient);
	if (rest > size - rest || (rest == size - rest && quotient & 1)) {
		rest -= size;
		quotient++;
	}
	n = (int)(quotient & 0x7fffffff);
	*quo = __signbitl(x) != __signbitl(y) ? -n : n;
	return __signbitl(x) ? -rest : rest;
}

long double
remainderl(long double x, long double y)
{
	int quotient;

	return remquol(x, y, &quotient);
}

/*
 * Digit by digit: 113 bits of root from a radicand of 226, of which only the
 * upper half is not zero.  What remains decides the rounding; it is never a tie.
 */
long double
sqrtl(long double x)
{
	quad_bits radicand, root = 0, rest = 0;
	int exponent;

	if (x == 0 || __isnanl(x) || (__isinfl(x) && x > 0))
		return x;
	if (x < 0)
		return (x - x) / (x - x);
	radicand = split(x, &exponent);
	/* The radicand is read from bit 113 down, so the exponent must be even there. */
	if (exponent & 1) {
		radicand <<= 1;
		exponent--;
	}
	for (int i = 0; i < 113; i++) {
		rest = rest << 2 | (radicand >> 112 & 3);
		radicand = radicand << 2 & (((quad_bits)1 << 114) - 1);
		root <<= 1;
		if (rest >= 2 * root + 1) {
			rest -= 2 * root + 1;
			root++;
		}
	}
	if (rest > root)
		root++;
	return scalbnl((long double)root, (exponent - 112) / 2);
}
