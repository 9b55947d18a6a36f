/* sin(pi x) and its like: the reduction is exact, since x modulo 2 is. */

#include <math.h>

#include "bits.h"
#include "dd.h"

/* Halves of a half turn in x, and the rest as an angle of at most pi / 4. */
static int
reduce(double x, struct dd *angle)
{
	double halves, rest = fmod(x, 2);

	halves = rint(rest * 2);
	*angle = dd_mul(DD_PI, dd_of(rest - halves / 2));
	return (int)halves & 3;
}

static double
rounded(struct dd x)
{
	return x.hi + x.lo;
}

double
sinpi(double x)
{
	struct dd angle, s, c;
	int quadrant;

	if (!(magnitude(x) < INFINITY))
		return x - x;
	if (x == 0)
		return x;
	quadrant = reduce(x, &angle);
	__dd_sincos(angle, &s, &c);
	/* Multiples of pi keep the argument's sign, as zeros do. */
	if (angle.hi == 0 && (quadrant & 1) == 0)
		return with_sign(0, x);
	s = quadrant & 1 ? c : s;
	return quadrant & 2 ? -rounded(s) : rounded(s);
}

double
cospi(double x)
{
	struct dd angle, s, c;
	int quadrant;

	if (!(magnitude(x) < INFINITY))
		return x - x;
	quadrant = reduce(x, &angle);
	__dd_sincos(angle, &s, &c);
	if (angle.hi == 0 && (quadrant & 1) != 0)
		return 0;
	c = quadrant & 1 ? s : c;
	return ((quadrant + 1) & 2) != 0 ? -rounded(c) : rounded(c);
}

double
tanpi(double x)
{
	struct dd angle, s, c;
	int quadrant;

	if (!(magnitude(x) < INFINITY))
		return x - x;
	if (x == 0)
		return x;
	quadrant = reduce(x, &angle);
	__dd_sincos(angle, &s, &c);
	if (angle.hi == 0) {
		double sign = quadrant & 2 ? -x : x;

		return quadrant & 1 ? 1 / with_sign(0, sign) : with_sign(0, sign);
	}
	return quadrant & 1 ? -rounded(dd_div(c, s)) : rounded(dd_div(s, c));
}

float
sinpif(float x)
{
	return (float)sinpi(x);
}

float
cospif(float x)
{
	return (float)cospi(x);
}

float
tanpif(float x)
{
	return (float)tanpi(x);
}
