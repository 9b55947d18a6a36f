/* HUGE_VAL and its relatives for compilers without built-in ones. */

#include <math.h>

#include "bits.h"

const union __double_u __infinity = { .__dummy = { 0, 0, 0, 0, 0, 0, 0xf0, 0x7f } };
const union __float_u __infinityf = { .__dummy = { 0, 0, 0x80, 0x7f } };
const union __long_double_u __infinityl = { .__dummy = { [14] = 0xff, [15] = 0x7f } };
const union __float_u __nanf = { .__dummy = { 0, 0, 0xc0, 0x7f } };
