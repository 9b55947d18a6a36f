#include <math.h>

#include "next.h"

DEFINE_NEXT(double, double, nextafter, uint64_t, bits_of, double_of, SIGN_BIT)
DEFINE_NEXT(float, float, nextafterf, uint32_t, bits_of_float, float_of, SIGN_BIT_F)
