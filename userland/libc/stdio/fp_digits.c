#include <limits.h>
#include <string.h>

#include "fp_digits.h"

#define CHUNK		1000000000U
#define CHUNK_DIGITS	9

/*
 * The part after the binary point: limb[start] to limb[end - 1], the point
 * lying above the last.  Limbs below start have become zero.
 */
struct fraction {
	uint32_t *limb;
	int start, end;
};

static void
append_chunk(struct fp_decimal *d, uint32_t chunk)
{
	char text[CHUNK_DIGITS];
	int skip = 0;

	for (int i = CHUNK_DIGITS - 1; i >= 0; i--) {
		text[i] = (char)('0' + chunk % 10);
		chunk /= 10;
	}
	/* Zeros before the first significant digit only move the point. */
	if (d->count == 0)
		while (skip < CHUNK_DIGITS && text[skip] == '0')
			skip++;
	memcpy(d->digits + d->count, text + skip, (size_t)(CHUNK_DIGITS - skip));
	d->count += CHUNK_DIGITS - skip;
}

/* Digits of the integer part; point counts them. */
static void
integer_digits(struct fp_decimal *d, const struct fp_number *x, struct fp_work *work)
{
	struct bignum whole = { work->limbs, 0 };
	int chunks = 0;

	if (x->exponent >= 0) {
		__big_set(&whole, x->mantissa);
		__big_shift_left(&whole, (unsigned)x->exponent);
	} else if (x->exponent > -128)
		__big_set(&whole, x->mantissa >> -x->exponent);
	if (whole.len <= 2) {
		/* The common case needs no long division. */
		uint64_t v = (whole.len > 1 ? (uint64_t)whole.limb[1] << 32 : 0) |
		    (whole.len > 0 ? whole.limb[0] : 0);

		for (; v != 0; v /= CHUNK)
			work->chunks[chunks++] = (uint32_t)(v % CHUNK);
	} else
		while (whole.len > 0)
			work->chunks[chunks++] = __big_div_small(&whole, CHUNK);
	while (chunks > 0)
		append_chunk(d, work->chunks[--chunks]);
	d->point = d->count;
}

static struct fraction
take_fraction(const struct fp_number *x, struct fp_work *work)
{
	struct fraction f = { work->limbs, 0, 0 };
	struct bignum b = { work->limbs, 0 };
	unsigned bits;
	uint128 m = x->mantissa;

	if (x->exponent >= 0)
		return f;
	bits = (unsigned)-x->exponent;
	if (bits < 128)
		m &= ((uint128)1 << bits) - 1;
	if (m == 0)
		return f;
	__big_set(&b, m);
	__big_shift_left(&b, (32 - bits % 32) % 32);
	f.end = (int)((bits + 31) / 32);
	memset(b.limb + b.len, 0, (size_t)(f.end - b.len) * sizeof(*b.limb));
	while (f.limb[f.start] == 0)
		f.start++;
	return f;
}

/* The next nine digits after the point, removed from the fraction. */
static uint32_t
next_chunk(struct fraction *f)
{
	uint64_t carry = 0;

	for (int i = f->start; i < f->end; i++) {
		carry += (uint64_t)f->limb[i] * CHUNK;
		f->limb[i] = (uint32_t)carry;
		carry >>= 32;
	}
	while (f->start < f->end && f->limb[f->start] == 0)
		f->start++;
	return (uint32_t)carry;
}

/* Round the digits to `keep` of them; `more` tells that the value goes on beyond. */
static void
round_digits(struct fp_decimal *d, int keep, bool more)
{
	bool up;
	int i;

	if (keep < 0 || keep >= d->count) {
		if (keep < 0)
			d->count = 0;
		return;
	}
	if (d->digits[keep] != '5')
		up = d->digits[keep] > '5';
	else {
		for (i = keep + 1; !more && i < d->count; i++)
			more = d->digits[i] != '0';
		up = more || (keep > 0 && (d->digits[keep - 1] - '0') % 2 != 0);
	}
	d->count = keep;
	if (!up)
		return;
	for (i = keep; i > 0 && d->digits[i - 1] == '9'; i--)
		d->digits[i - 1] = '0';
	if (i > 0) {
		d->digits[i - 1]++;
		return;
	}
	/* All nines, or nothing kept at all: a one, one place higher up. */
	d->digits[0] = '1';
	if (keep == 0)
		d->count = 1;
	d->point++;
}

struct fp_decimal
__fp_decimal(const struct fp_number *x, bool after_point, int wanted, struct fp_work *work)
{
	struct fp_decimal d = { work->digits, 0, 0 };
	struct fraction f;
	int keep, before;

	integer_digits(&d, x, work);
	f = take_fraction(x, work);
	for (;;) {
		/* How many digits to keep is known only once the first one is. */
		keep = wanted;
		if (after_point) {
			if (__builtin_add_overflow(wanted, d.point, &keep))
				keep = INT_MAX;
		} else if (d.count == 0)
			keep = INT_MAX;
		if (f.start == f.end || (d.count > keep && d.count > 0))
			break;
		if (d.count == 0 && after_point && keep < -CHUNK_DIGITS)
			break;
		before = d.count;
		append_chunk(&d, next_chunk(&f));
		if (before == 0 && d.point <= 0)
			d.point -= CHUNK_DIGITS - d.count;
	}
	if (d.count > 0)
		round_digits(&d, keep, f.start != f.end);
	return d;
}
