/* What the classification macros of <math.h> expand to. */

#include <math.h>

#include "bits.h"

int
__fpclassifyd(double x)
{
	uint64_t u = bits_of(x) & ~SIGN_BIT;

	if (u >= EXPONENT_BITS)
		return u == EXPONENT_BITS ? FP_INFINITE : FP_NAN;
	if (u <= FRACTION_BITS)
		return u == 0 ? FP_ZERO : FP_SUBNORMAL;
	return FP_NORMAL;
}

int
__fpclassifyf(float x)
{
	uint32_t u = bits_of_float(x) & ~SIGN_BIT_F;

	if (u >= EXPONENT_BITS_F)
		return u == EXPONENT_BITS_F ? FP_INFINITE : FP_NAN;
	if (u < 1U << 23)
		return u == 0 ? FP_ZERO : FP_SUBNORMAL;
	return FP_NORMAL;
}

int
__fpclassifyl(long double x)
{
	quad_bits u = bits_of_quad(x) << 1 >> 1, infinity = (quad_bits)0x7fff << 112;

	if (u >= infinity)
		return u == infinity ? FP_INFINITE : FP_NAN;
	if (u >> 112 == 0)
		return u == 0 ? FP_ZERO : FP_SUBNORMAL;
	return FP_NORMAL;
}

#define DEFINE_TESTS(suffix, type, sign)			\
int								\
__isfinite##suffix(type x)					\
{								\
	int class = __fpclassify##suffix(x);			\
								\
	return class != FP_INFINITE && class != FP_NAN;		\
}								\
								\
int								\
__isinf##suffix(type x)						\
{								\
	return __fpclassify##suffix(x) == FP_INFINITE;		\
}								\
								\
int								\
__isnan##suffix(type x)						\
{								\
	return __fpclassify##suffix(x) == FP_NAN;		\
}								\
								\
int								\
__signbit##suffix(type x)					\
{								\
	return sign;						\
}

DEFINE_TESTS(f, float, (int)(bits_of_float(x) >> 31))
DEFINE_TESTS(d, double, (int)(bits_of(x) >> 63))
DEFINE_TESTS(l, long double, (int)(bits_of_quad(x) >> 127))

/* The functions of older standards, under the macros' names. */

#undef isnan
#undef isinf
int isnan(double);
int isinf(double);

int
isnan(double x)
{
	return __isnand(x);
}

int
isinf(double x)
{
	return __isinfd(x);
}

int
isnanf(float x)
{
	return __isnanf(x);
}

int
isinff(float x)
{
	return __isinff(x);
}

int
finite(double x)
{
	return __isfinited(x);
}

int
finitef(float x)
{
	return __isfinitef(x);
}
