#include <math.h>

#include "bits.h"
#include "dd.h"

double
sqrt(double x)
{
	double root;

	__asm("fsqrt.d %0, %1" : "=f"(root) : "f"(x));
	return root;
}

float
sqrtf(float x)
{
	float root;

	__asm("fsqrt.s %0, %1" : "=f"(root) : "f"(x));
	return root;
}

double
cbrt(double x)
{
	double size = magnitude(x), root, scale = 1;
	struct dd square, cube;

	if (!(size < INFINITY) || size == 0)
		return x + x;
	if (size < 0x1p-1022) {
		size *= 0x1p54;
		scale = 0x1p-18;
	} else if (size > 0x1p1000) {
		/* An estimate that is too large must not overflow when cubed. */
		size *= 0x1p-54;
		scale = 0x1p18;
	}
	/* A third of the exponent, and of the fraction with it, is within 6 %. */
	root = double_of(bits_of(size) / 3 + 0x2a9f7893782da1ceULL);
	/* Newton's steps double the digits: 4, 8, 16, 32, all. */
	for (int i = 0; i < 4; i++)
		root = root - (root - size / (root * root)) / 3;
	square = two_product(root, root);
	cube = dd_mul(square, dd_of(root));
	root += ((size - cube.hi) - cube.lo) / (3 * square.hi);
	return with_sign(root * scale, x);
}

double
hypot(double x, double y)
{
	double a = magnitude(x), b = magnitude(y), scale = 1;
	struct dd sum;

	if (a == INFINITY || b == INFINITY)
		return INFINITY;
	if (is_nan(x) || is_nan(y))
		return x + y;
	if (a < b) {
		double swap = a;

		a = b;
		b = swap;
	}
	/* Too far apart for b to change the result by half a unit. */
	if (b == 0 || bits_of(a) - bits_of(b) > 60ULL << 52)
		return a + b;
	if (a > 0x1p500) {
		scale = 0x1p600;
		a *= 0x1p-600;
		b *= 0x1p-600;
	} else if (b < 0x1p-450) {
		scale = 0x1p-600;
		a *= 0x1p600;
		b *= 0x1p600;
	}
	sum = dd_sqrt(dd_add(two_product(a, a), two_product(b, b)));
	return (sum.hi + sum.lo) * scale;
}

float
cbrtf(float x)
{
	return (float)cbrt(x);
}

float
hypotf(float x, float y)
{
	double a = x, b = y;

	if (magnitude(a) == INFINITY || magnitude(b) == INFINITY)
		return INFINITY;
	/* A double holds both squares exactly and their sum nearly so. */
	return (float)sqrt(a * a + b * b);
}
