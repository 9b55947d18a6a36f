#include <errno.h>
#include <string.h>

#include "fp_parse.h"

#define TOP_BIT ((uint128)1 << 127)

/* mantissa * 2^exponent and, if `more`, a little above; bit 127 is set. */
struct fp_binary {
	uint128 mantissa;
	int exponent;
	bool more;
};

bool
__fp_small(const struct fp_text *t, uint64_t *value, int *exponent)
{
	uint64_t v = 0;
	int scale = 0;
	bool point = false;

	for (const char *p = t->digits; p < t->digits_end; p++) {
		if (*p == '.') {
			point = true;
			continue;
		}
		if (v > (UINT64_MAX - 9) / 10)
			return false;
		v = v * 10 + (unsigned)(*p - '0');
		scale -= point;
	}
	*value = v;
	*exponent = t->exponent + scale;
	return true;
}

/* The top 128 bits of a number, scaled by 2^exponent. */
static struct fp_binary
leading_bits(struct bignum *b, int exponent, bool more)
{
	struct fp_binary r = { 0, exponent, more };
	int excess = __big_bits(b) - 128;

	if (excess > 0)
		r.more |= __big_shift_right(b, (unsigned)excess);
	for (int i = b->len - 1; i >= 0; i--)
		r.mantissa = r.mantissa << 32 | b->limb[i];
	if (excess < 0)
		r.mantissa <<= -excess;
	r.exponent += excess;
	return r;
}

/*
 * The significant digits as an integer; returns the power of ten that scales
 * it.  Digits beyond the limit are replaced by one that says "and more".
 */
static int
read_digits(const struct fp_text *t, struct bignum *n, int limit, int *count)
{
	uint32_t chunk = 0, scale = 1;
	int used = 0, dropped = 0, after_point = 0;
	bool point = false, more = false;

	n->len = 0;
	for (const char *p = t->digits; p < t->digits_end; p++) {
		uint32_t digit = (uint32_t)(*p - '0');

		if (*p == '.') {
			point = true;
			continue;
		}
		after_point += point;
		if (used == 0 && digit == 0)
			continue;
		if (used == limit) {
			dropped++;
			more |= digit != 0;
			continue;
		}
		used++;
		chunk = chunk * 10 + digit;
		scale *= 10;
		if (scale == 1000000000) {
			__big_mul_add(n, scale, chunk);
			chunk = 0;
			scale = 1;
		}
	}
	__big_mul_add(n, scale, chunk);
	if (more) {
		__big_mul_add(n, 10, 1);
		used++;
		dropped--;
	}
	*count = used;
	return t->exponent + dropped - after_point;
}

/* A non-zero integer times ten to the given power. */
static struct fp_binary
scale_decimal(struct bignum *n, int power, uint32_t *divisor_limbs)
{
	struct bignum divisor = { divisor_limbs, 0 }, quotient;
	uint32_t quotient_limbs[5];
	bool more = false;
	int shift;

	if (power >= 0) {
		__big_mul_pow5(n, (unsigned)power);
		return leading_bits(n, power, false);
	}
	__big_set(&divisor, 1);
	__big_mul_pow5(&divisor, (unsigned)-power);
	/* 130 quotient bits: more than any format wants, less than five limbs. */
	shift = __big_bits(&divisor) + 130 - __big_bits(n);
	if (shift >= 0)
		__big_shift_left(n, (unsigned)shift);
	else
		more = __big_shift_right(n, (unsigned)-shift);
	__big_divide(n, &divisor, quotient_limbs);
	more |= n->len > 0;
	quotient = (struct bignum){ quotient_limbs, 5 };
	while (quotient.limb[quotient.len - 1] == 0)
		quotient.len--;
	return leading_bits(&quotient, power - shift, more);
}

/* Hexadecimal digits are bits already.  A zero mantissa comes back as such. */
static struct fp_binary
read_hex(const struct fp_text *t)
{
	struct fp_binary r = { 0, t->exponent, false };
	bool point = false;

	for (const char *p = t->digits; p < t->digits_end; p++) {
		unsigned digit;

		if (*p == '.') {
			point = true;
			continue;
		}
		digit = *p <= '9' ? (unsigned)(*p - '0') : (unsigned)((*p | 0x20) - 'a' + 10);
		if (r.mantissa >> 124 == 0) {
			r.mantissa = r.mantissa << 4 | digit;
			r.exponent -= point ? 4 : 0;
		} else {
			r.more |= digit != 0;
			r.exponent += point ? 0 : 4;
		}
	}
	while (r.mantissa != 0 && (r.mantissa & TOP_BIT) == 0) {
		r.mantissa <<= 1;
		r.exponent--;
	}
	return r;
}

static uint128
infinity_bits(const struct fp_format *f)
{
	return (uint128)(2 * f->max_exponent + 1) << (f->precision - 1);
}

/* Round to nearest even, into the format's encoding without its sign. */
static uint128
encode(const struct fp_binary *b, const struct fp_format *f)
{
	int leading = b->exponent + 127, keep = f->precision, least = 1 - f->max_exponent, drop;
	uint128 m, rest, half, bits;

	if (leading > f->max_exponent)
		goto overflow;
	if (leading < least)
		keep -= least - leading;
	if (keep < 0) {
		errno = ERANGE;
		return 0;
	}
	drop = 128 - keep;
	m = keep > 0 ? b->mantissa >> drop : 0;
	rest = keep > 0 ? b->mantissa & (((uint128)1 << drop) - 1) : b->mantissa;
	half = (uint128)1 << (drop - 1);
	if (rest > half || (rest == half && (b->more || m & 1)))
		m++;
	if (leading < least) {
		if (rest != 0 || b->more)
			errno = ERANGE;
		return m;
	}
	/* The implicit bit is added to the exponent field, as is a carry. */
	bits = ((uint128)(unsigned)(leading - least) << (f->precision - 1)) + m;
	if (bits < infinity_bits(f))
		return bits;
overflow:
	errno = ERANGE;
	return infinity_bits(f);
}

static uint128
decimal_bits(const struct fp_text *t, const struct fp_format *f, struct fp_limbs *limbs)
{
	struct bignum n = { limbs->number, 0 };
	struct fp_binary b;
	int count, power = read_digits(t, &n, f->max_digits, &count);

	if (count == 0)
		return 0;
	if (power + count > f->max_point) {
		errno = ERANGE;
		return infinity_bits(f);
	}
	if (power + count < f->min_point) {
		errno = ERANGE;
		return 0;
	}
	b = scale_decimal(&n, power, limbs->divisor);
	return encode(&b, f);
}

uint128
__fp_to_bits(const struct fp_text *t, const struct fp_format *f, struct fp_limbs *limbs)
{
	uint128 bits = 0, fraction = ((uint128)1 << (f->precision - 1)) - 1;
	struct fp_binary b;
	int exponent_bits = 0;

	switch (t->kind) {
	case FP_TEXT_NONE:
		return 0;
	case FP_TEXT_INF:
		bits = infinity_bits(f);
		break;
	case FP_TEXT_NAN:
		/* The top fraction bit makes it quiet. */
		bits = infinity_bits(f) | (fraction + 1) >> 1 | (t->payload & fraction >> 1);
		break;
	case FP_TEXT_HEX:
		b = read_hex(t);
		if (b.mantissa != 0)
			bits = encode(&b, f);
		break;
	case FP_TEXT_DECIMAL:
		bits = decimal_bits(t, f, limbs);
		break;
	}
	while ((1 << exponent_bits) <= 2 * f->max_exponent + 1)
		exponent_bits++;
	if (t->negative)
		bits |= (uint128)1 << (f->precision - 1 + exponent_bits);
	return bits;
}
