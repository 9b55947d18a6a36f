/*
 * Rounding to an integer: the conversion instructions take the direction, and
 * numbers of 2^52 or more have no fraction to lose.
 */

#include <sys/cdefs.h>

#include <fenv.h>
#include <math.h>

#include "bits.h"

#define VIA_INTEGER(mode, x) __extension__ ({					\
	double given_ = (x), result_ = given_;					\
	long integer_;								\
	if (magnitude(given_) < 0x1p52) {					\
		__asm volatile("fcvt.l.d %0, %1, " mode : "=r"(integer_) : "f"(given_));	\
		result_ = with_sign((double)integer_, given_);			\
	} else if (is_nan(given_))						\
		result_ = given_ + given_;					\
	result_;								\
})

double
floor(double x)
{
	return VIA_INTEGER("rdn", x);
}

double
ceil(double x)
{
	return VIA_INTEGER("rup", x);
}

double
trunc(double x)
{
	return VIA_INTEGER("rtz", x);
}

/* Halves away from zero. */
double
round(double x)
{
	return VIA_INTEGER("rmm", x);
}

/* In the current direction. */
double
rint(double x)
{
	return VIA_INTEGER("dyn", x);
}

/* As rint, but without raising "inexact". */
double
nearbyint(double x)
{
	int before = fetestexcept(FE_INEXACT);
	double result = rint(x);

	if (!before)
		feclearexcept(FE_INEXACT);
	return result;
}

long
lrint(double x)
{
	long result;

	__asm volatile("fcvt.l.d %0, %1, dyn" : "=r"(result) : "f"(x));
	return result;
}

long
lround(double x)
{
	long result;

	__asm volatile("fcvt.l.d %0, %1, rmm" : "=r"(result) : "f"(x));
	return result;
}

long long
llrint(double x)
{
	return lrint(x);
}

long long
llround(double x)
{
	return lround(x);
}

float
floorf(float x)
{
	return (float)floor(x);
}

float
ceilf(float x)
{
	return (float)ceil(x);
}

float
truncf(float x)
{
	return (float)trunc(x);
}

float
roundf(float x)
{
	return (float)round(x);
}

float
rintf(float x)
{
	return (float)rint(x);
}

float
nearbyintf(float x)
{
	return (float)nearbyint(x);
}

long
lrintf(float x)
{
	return lrint(x);
}

long
lroundf(float x)
{
	return lround(x);
}

long long
llrintf(float x)
{
	return lrint(x);
}

long long
llroundf(float x)
{
	return lround(x);
}
