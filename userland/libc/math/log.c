#include <math.h>

#include "bits.h"
#include "dd.h"

static const struct dd log2_e = { 0x1.71547652b82fep+0, 0x1.777d0ffda0d24p-56 };
static const struct dd log10_e = { 0x1.bcb7b1526e50ep-2, 0x1.95355baaafad3p-57 };

/* The arguments whose logarithm is not an ordinary number. */
static int
is_special(double x, double *result)
{
	if (x > 0 && x < INFINITY)
		return 0;
	if (x == 0)
		*result = -1 / magnitude(x);
	else if (x < 0)
		*result = (x - x) / 0.0;
	else
		*result = x + x;
	return 1;
}

/* log x in base e; scales subnormals, telling by what power of two. */
static struct dd
log_normal(double x, int *exponent)
{
	*exponent = 0;
	if (x < 0x1p-1022) {
		x *= 0x1p54;
		*exponent = -54;
	}
	return __dd_log(dd_of(x));
}

double
log(double x)
{
	int exponent;
	struct dd l;
	double special;

	if (is_special(x, &special))
		return special;
	l = log_normal(x, &exponent);
	if (exponent != 0)
		l = dd_add(dd_mul(dd_of(exponent), DD_LN2), l);
	return l.hi + l.lo;
}

double
log2(double x)
{
	int scaled = 0, exponent;
	struct dd l;
	double special;

	if (is_special(x, &special))
		return special;
	if (x < 0x1p-1022) {
		x *= 0x1p54;
		scaled = -54;
	}
	/* Taking the power of two out first makes powers of two exact. */
	exponent = (int)(bits_of(x * 0x1.6a09e667f3bcdp-1) >> 52) - 1022;
	x = x * power_of_two(-exponent / 2) * power_of_two(-exponent - -exponent / 2);
	l = dd_add(dd_of(exponent + scaled), dd_mul(__dd_log(dd_of(x)), log2_e));
	return l.hi + l.lo;
}

double
log10(double x)
{
	int exponent;
	struct dd l;
	double special;

	if (is_special(x, &special))
		return special;
	l = log_normal(x, &exponent);
	if (exponent != 0)
		l = dd_add(dd_mul(dd_of(exponent), DD_LN2), l);
	l = dd_mul(l, log10_e);
	return l.hi + l.lo;
}

double
log1p(double x)
{
	struct dd l;

	if (is_nan(x) || x == 0 || x == INFINITY)
		return x + x;
	if (x <= -1)
		return x == -1 ? -1 / 0.0 : (x - x) / 0.0;
	if (magnitude(x) < 0x1p-54)
		return x;
	l = __dd_log1p(dd_of(x));
	return l.hi + l.lo;
}

float
logf(float x)
{
	return (float)log(x);
}

float
log2f(float x)
{
	return (float)log2(x);
}

float
log10f(float x)
{
	return (float)log10(x);
}

float
log1pf(float x)
{
	return (float)log1p(x);
}
