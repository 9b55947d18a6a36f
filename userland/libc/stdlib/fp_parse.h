/* Text to binary floating point, correctly rounded, for any of the formats. */
#ifndef LIBC_STDLIB_FP_PARSE_H
#define LIBC_STDLIB_FP_PARSE_H

#include "bignum.h"

enum fp_kind { FP_TEXT_NONE, FP_TEXT_DECIMAL, FP_TEXT_HEX, FP_TEXT_INF, FP_TEXT_NAN };

/* What was found in the text, not yet converted. */
struct fp_text {
	enum fp_kind kind;
	bool negative;
	const char *digits;	/* digits and at most one point, up to digits_end */
	const char *digits_end;
	int exponent;		/* as written, limited so that sums cannot overflow */
	uint64_t payload;	/* of nan(...) */
	const char *end;	/* equals the start when there was no number */
};

struct fp_text __fp_scan(const char *);

/* An IEEE 754 binary interchange format. */
struct fp_format {
	int precision;		/* bits, the implicit one included */
	int max_exponent;	/* of the leading bit; the least normal one is 1 - max_exponent */
	int max_digits;		/* decimal digits beyond which only "more or not" matters */
	int max_point;		/* decimal exponents beyond which it is infinite or zero */
	int min_point;
};

struct fp_limbs {
	uint32_t *number, *divisor;
};

/*
 * 772 digits decide any double, 112 any float, 11570 any quad: each is the
 * length of the longest midpoint between two neighbours, and a few.
 */
#define FLOAT_FORMAT	{ 24, 127, 120, 40, -50 }
#define DOUBLE_FORMAT	{ 53, 1023, 775, 310, -330 }
#define QUAD_FORMAT	{ 113, 16383, 11570, 4940, -4980 }

/*
 * Limbs for a number of max_digits digits at the least exponent, scaled to be
 * divided by its power of five, which is of the same size.
 */
#define FLOAT_PARSE_LIMBS	32
#define DOUBLE_PARSE_LIMBS	96
#define QUAD_PARSE_LIMBS	1216

/* The value's bits in that format; errno is ERANGE if it does not fit. */
uint128 __fp_to_bits(const struct fp_text *, const struct fp_format *, struct fp_limbs *);

/* The decimal digits as an integer when that is small, for exact short cuts. */
bool __fp_small(const struct fp_text *, uint64_t *value, int *exponent);

#endif
