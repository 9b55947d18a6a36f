#include <math.h>

#include "bits.h"

/* Of a number and a NaN the number; of two zeros the one with the right sign. */
#define DEFINE_EXTREMES(type, largest, smallest, difference, negative)	\
type									\
largest(type x, type y)							\
{									\
	if (x != x || y != y)						\
		return x != x ? y : x;					\
	if (x == y)							\
		return negative(x) ? y : x;				\
	return x > y ? x : y;						\
}									\
									\
type									\
smallest(type x, type y)						\
{									\
	if (x != x || y != y)						\
		return x != x ? y : x;					\
	if (x == y)							\
		return negative(x) ? x : y;				\
	return x < y ? x : y;						\
}									\
									\
type									\
difference(type x, type y)						\
{									\
	if (x != x || y != y)						\
		return x + y;						\
	return x > y ? x - y : 0;					\
}

DEFINE_EXTREMES(double, fmax, fmin, fdim, __signbitd)
DEFINE_EXTREMES(float, fmaxf, fminf, fdimf, __signbitf)
DEFINE_EXTREMES(long double, fmaxl, fminl, fdiml, __signbitl)
