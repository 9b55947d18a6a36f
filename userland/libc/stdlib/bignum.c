#include <string.h>

#include "bignum.h"

static int
limb_bits(uint32_t v)
{
	int n = 0;

	for (int width = 16; width > 0; width /= 2)
		if (v >> width != 0) {
			v >>= width;
			n += width;
		}
	return n + (v != 0);
}

static void
trim(struct bignum *b)
{
	while (b->len > 0 && b->limb[b->len - 1] == 0)
		b->len--;
}

void
__big_set(struct bignum *b, uint128 value)
{
	for (b->len = 0; value != 0; value >>= 32)
		b->limb[b->len++] = (uint32_t)value;
}

int
__big_bits(const struct bignum *b)
{
	return b->len == 0 ? 0 : 32 * (b->len - 1) + limb_bits(b->limb[b->len - 1]);
}

void
__big_mul_add(struct bignum *b, uint32_t factor, uint32_t addend)
{
	uint64_t carry = addend;

	for (int i = 0; i < b->len; i++) {
		carry += (uint64_t)b->limb[i] * factor;
		b->limb[i] = (uint32_t)carry;
		carry >>= 32;
	}
	if (carry != 0)
		b->limb[b->len++] = (uint32_t)carry;
}

void
__big_mul_pow5(struct bignum *b, unsigned exponent)
{
	static const uint32_t powers[14] = {
		1, 5, 25, 125, 625, 3125, 15625, 78125, 390625, 1953125, 9765625,
		48828125, 244140625, 1220703125,
	};

	for (; exponent >= 13; exponent -= 13)
		__big_mul_add(b, powers[13], 0);
	if (exponent > 0)
		__big_mul_add(b, powers[exponent], 0);
}

void
__big_shift_left(struct bignum *b, unsigned bits)
{
	unsigned limbs = bits / 32, rest = bits % 32;

	if (b->len == 0)
		return;
	if (rest != 0) {
		uint32_t carry = 0;

		for (int i = 0; i < b->len; i++) {
			uint32_t v = b->limb[i];

			b->limb[i] = v << rest | carry;
			carry = v >> (32 - rest);
		}
		if (carry != 0)
			b->limb[b->len++] = carry;
	}
	if (limbs > 0) {
		memmove(b->limb + limbs, b->limb, (size_t)b->len * sizeof(*b->limb));
		memset(b->limb, 0, limbs * sizeof(*b->limb));
		b->len += (int)limbs;
	}
}

bool
__big_shift_right(struct bignum *b, unsigned bits)
{
	int limbs = (int)(bits / 32);
	unsigned rest = bits % 32;
	bool lost = false;

	if (limbs > b->len)
		limbs = b->len;
	for (int i = 0; i < limbs; i++)
		lost |= b->limb[i] != 0;
	b->len -= limbs;
	memmove(b->limb, b->limb + limbs, (size_t)b->len * sizeof(*b->limb));
	if (rest != 0 && b->len > 0) {
		lost |= (b->limb[0] & ((1U << rest) - 1)) != 0;
		for (int i = 0; i < b->len; i++) {
			uint32_t above = i + 1 < b->len ? b->limb[i + 1] : 0;

			b->limb[i] = b->limb[i] >> rest | above << (32 - rest);
		}
		trim(b);
	}
	return lost;
}

uint32_t
__big_div_small(struct bignum *b, uint32_t divisor)
{
	uint64_t remainder = 0;

	for (int i = b->len - 1; i >= 0; i--) {
		remainder = remainder << 32 | b->limb[i];
		b->limb[i] = (uint32_t)(remainder / divisor);
		remainder %= divisor;
	}
	trim(b);
	return (uint32_t)remainder;
}

/*
 * num -= q * den at limb offset `at`; if that goes below zero q was one too
 * large (never more, given the normalised estimate's correction) and den is
 * added back.  Returns the true q.
 */
static uint32_t
subtract_multiple(struct bignum *num, const struct bignum *den, int at, uint64_t q)
{
	uint64_t carry = 0, borrow = 0;
	uint32_t *top = num->limb + at;

	for (int i = 0; i <= den->len; i++) {
		uint64_t product = carry + (i < den->len ? q * den->limb[i] : 0);
		uint64_t difference = (uint64_t)top[i] - (uint32_t)product - borrow;

		top[i] = (uint32_t)difference;
		borrow = difference >> 63;
		carry = product >> 32;
	}
	if (borrow != 0) {
		q--;
		carry = 0;
		for (int i = 0; i < den->len; i++) {
			carry += (uint64_t)top[i] + den->limb[i];
			top[i] = (uint32_t)carry;
			carry >>= 32;
		}
		top[den->len] += (uint32_t)carry;
	}
	return (uint32_t)q;
}

/* Schoolbook division with normalised operands (Knuth, volume 2, algorithm D). */
void
__big_divide(struct bignum *num, struct bignum *den, uint32_t quotient[5])
{
	unsigned shift = 32 - (unsigned)limb_bits(den->limb[den->len - 1]);
	uint64_t top, next;

	memset(quotient, 0, 5 * sizeof(*quotient));
	if (den->len == 1) {
		uint32_t remainder = __big_div_small(num, den->limb[0]);

		memcpy(quotient, num->limb, (size_t)(num->len < 5 ? num->len : 5) * sizeof(*quotient));
		num->limb[0] = remainder;
		num->len = remainder != 0;
		return;
	}
	__big_shift_left(den, shift);
	__big_shift_left(num, shift);
	num->limb[num->len++] = 0;
	top = den->limb[den->len - 1];
	next = den->limb[den->len - 2];
	for (int at = num->len - den->len - 1; at >= 0; at--) {
		const uint32_t *n = num->limb + at + den->len;
		uint64_t pair = (uint64_t)n[0] << 32 | n[-1];
		uint64_t q = pair / top, r = pair % top;

		while (q > UINT32_MAX || q * next > (r << 32 | n[-2])) {
			q--;
			r += top;
			if (r > UINT32_MAX)
				break;
		}
		q = subtract_multiple(num, den, at, q);
		if (at < 5)
			quotient[at] = (uint32_t)q;
	}
	trim(num);
}
