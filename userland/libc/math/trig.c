#include <math.h>

#include "bits.h"
#include "dd.h"

/* Sine and cosine of any finite angle. */
static void
sine_cosine(double x, struct dd *sine, struct dd *cosine)
{
	struct dd reduced, s, c;
	int quadrant = __reduce_angle(x, &reduced);

	__dd_sincos(reduced, &s, &c);
	*sine = quadrant & 1 ? c : s;
	*cosine = quadrant & 1 ? s : c;
	if (quadrant & 2)
		*sine = dd_neg(*sine);
	if (((quadrant + 1) & 2) != 0)
		*cosine = dd_neg(*cosine);
}

/* Below this x^3 / 6 is less than half a unit of x. */
#define TINY 0x1p-27

double
sin(double x)
{
	struct dd s, c;

	if (magnitude(x) < TINY)
		return x;
	if (!(magnitude(x) < INFINITY))
		return x - x;
	sine_cosine(x, &s, &c);
	return s.hi + s.lo;
}

double
cos(double x)
{
	struct dd s, c;

	if (!(magnitude(x) < INFINITY))
		return x - x;
	sine_cosine(x, &s, &c);
	return c.hi + c.lo;
}

double
tan(double x)
{
	struct dd s, c, t;

	if (magnitude(x) < TINY)
		return x;
	if (!(magnitude(x) < INFINITY))
		return x - x;
	sine_cosine(x, &s, &c);
	t = dd_div(s, c);
	return t.hi + t.lo;
}

void
sincos(double x, double *sine, double *cosine)
{
	*sine = sin(x);
	*cosine = cos(x);
}

float
sinf(float x)
{
	return (float)sin(x);
}

float
cosf(float x)
{
	return (float)cos(x);
}

float
tanf(float x)
{
	return (float)tan(x);
}

void
sincosf(float x, float *sine, float *cosine)
{
	*sine = sinf(x);
	*cosine = cosf(x);
}
