#include <math.h>

#include "next.h"

DEFINE_NEXT(long double, long double, nextafterl, quad_bits, bits_of_quad, quad_of, (quad_bits)1 << 127)
DEFINE_NEXT(double, long double, nexttoward, uint64_t, bits_of, double_of, SIGN_BIT)
DEFINE_NEXT(float, long double, nexttowardf, uint32_t, bits_of_float, float_of, SIGN_BIT_F)

long double
nexttowardl(long double x, long double y)
{
	return nextafterl(x, y);
}
