/*
 * Unsigned integers of any size, for exact conversion between binary and
 * decimal.  The caller provides the limbs and knows how many suffice; nothing
 * here allocates.
 */
#ifndef LIBC_STDLIB_BIGNUM_H
#define LIBC_STDLIB_BIGNUM_H

#include <stdbool.h>
#include <stdint.h>

typedef unsigned __int128 uint128;

struct bignum {
	uint32_t *limb;		/* least significant first */
	int len;		/* the highest limb in use is not zero */
};

void __big_set(struct bignum *, uint128);
void __big_mul_add(struct bignum *, uint32_t factor, uint32_t addend);
void __big_mul_pow5(struct bignum *, unsigned exponent);
void __big_shift_left(struct bignum *, unsigned bits);

/* Returns whether a one was shifted out. */
bool __big_shift_right(struct bignum *, unsigned bits);

/* Divide in place; the remainder is returned. */
uint32_t __big_div_small(struct bignum *, uint32_t divisor);

/*
 * The quotient's low 160 bits, lowest limb first; num becomes the remainder.
 * num needs one limb more than it uses, and both operands are scaled on the way.
 */
void __big_divide(struct bignum *num, struct bignum *den, uint32_t quotient[5]);

int __big_bits(const struct bignum *);

#endif
