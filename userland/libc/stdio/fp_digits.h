/* Binary floating point taken apart, and its exact decimal expansion. */
#ifndef LIBC_STDIO_FP_DIGITS_H
#define LIBC_STDIO_FP_DIGITS_H

#include "../stdlib/bignum.h"

enum fp_class { FP_IS_NUMBER, FP_IS_INFINITE, FP_IS_NAN };

/* The number's magnitude is mantissa * 2^exponent, exactly. */
struct fp_number {
	enum fp_class class;
	bool negative;
	uint128 mantissa;
	int exponent;
};

/*
 * The value 0.d1d2d3... * 10^point with `count` digits ('0' to '9', no leading
 * zero).  A count of 0 is the value zero.
 */
struct fp_decimal {
	char *digits;
	int count;
	int point;
};

/*
 * Room for the longest expansions.  A double below 1 has at most 767
 * significant digits, one above 1 at most 309 before the point and 52 after;
 * for quad precision it is 11563, and 4933 + 112.  Digits come nine at a time.
 */
#define DOUBLE_DIGITS	(767 + 18)
#define DOUBLE_LIMBS	40
#define QUAD_DIGITS	(11563 + 18)
#define QUAD_LIMBS	560

struct fp_work {
	char *digits;
	uint32_t *limbs;	/* the number, as an integer or a fraction */
	uint32_t *chunks;	/* an integer's decimal digits, nine per chunk; as many as limbs */
};

/*
 * Round to nearest, ties to even, at `wanted` digits: counted from the first
 * significant one, or from the decimal point if after_point.  Fewer are
 * returned where the expansion ends before.
 */
struct fp_decimal __fp_decimal(const struct fp_number *, bool after_point, int wanted, struct fp_work *);

#endif
