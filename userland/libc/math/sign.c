#include <math.h>

#include "bits.h"

double
fabs(double x)
{
	return magnitude(x);
}

float
fabsf(float x)
{
	return float_of(bits_of_float(x) & ~SIGN_BIT_F);
}

long double
fabsl(long double x)
{
	return quad_of(bits_of_quad(x) << 1 >> 1);
}

double
copysign(double x, double y)
{
	return with_sign(x, y);
}

float
copysignf(float x, float y)
{
	return float_of((bits_of_float(x) & ~SIGN_BIT_F) | (bits_of_float(y) & SIGN_BIT_F));
}

long double
copysignl(long double x, long double y)
{
	return quad_of(bits_of_quad(x) << 1 >> 1 | bits_of_quad(y) >> 127 << 127);
}
