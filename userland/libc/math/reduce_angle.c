#include "bits.h"
#include "dd.h"

/*
 * The binary digits of 2 / pi after the point, most significant first, behind
 * one word of zeros that stands for the digits before it.
 */
static const uint64_t two_over_pi[] = {
	0,
	0xa2f9836e4e441529, 0xfc2757d1f534ddc0, 0xdb6295993c439041, 0xfe5163abdebbc561,
	0xb7246e3a424dd2e0, 0x06492eea09d1921c, 0xfe1deb1cb129a73e, 0xe88235f52ebb4484,
	0xe99c7026b45f7e41, 0x3991d639835339f4, 0x9c845f8bbdf9283b, 0x1ff897ffde05980f,
	0xef2f118b5a0a6d1f, 0x6d367ecf27cb09b7, 0x4f463f669e5fea2d, 0x7527bac7ebe5f17b,
	0x3d0739f78a5292ea, 0x6bfb5fb11f8d5d08, 0x56033046fc7b6bab, 0xf0cfbc209af4361d,
	0xa9e391615ee61b08,
};

/* 64 of those digits, from the given one on. */
static uint64_t
digits_from(int position)
{
	const uint64_t *w = &two_over_pi[position / 64];
	int shift = position % 64;

	return shift == 0 ? w[0] : w[0] << shift | w[1] >> (64 - shift);
}

/*
 * Payne and Hanek: of the product x * 2 / pi only the digits around the binary
 * point matter, since whole turns vanish.  x is an integer m times 2^e; digits
 * that would contribute multiples of 4 are left out, and 256 are taken.
 */
static int
reduce_huge(double x, struct dd *reduced)
{
	uint64_t u = bits_of(x), m = (u & FRACTION_BITS) | (1ULL << 52), product[4];
	int exponent = (int)(u >> 52) - 1075, start = exponent - 2 + 64, quadrant;
	unsigned __int128 carry = 0;
	struct dd fraction;
	double sign = 1;

	for (int i = 3; i >= 0; i--) {
		carry += (unsigned __int128)m * digits_from(start + 64 * i);
		product[i] = (uint64_t)carry;
		carry >>= 64;
	}
	/* The top two digits count quarter turns; round to the nearest one. */
	quadrant = (int)(product[0] >> 62);
	product[0] &= (1ULL << 62) - 1;
	if (product[0] >> 61 != 0) {
		quadrant++;
		sign = -1;
		carry = 1;
		for (int i = 3; i >= 0; i--) {
			carry += ~product[i];
			product[i] = (uint64_t)carry;
			carry >>= 64;
		}
		product[0] &= (1ULL << 62) - 1;
	}
	fraction = dd_add(two_sum((double)(product[0] >> 32) * 0x1p-30, (double)(uint32_t)product[0] * 0x1p-62),
	    two_sum((double)(product[1] >> 32) * 0x1p-94, (double)(uint32_t)product[1] * 0x1p-126));
	fraction = dd_add(fraction, two_sum((double)(product[2] >> 32) * 0x1p-158,
	    (double)(uint32_t)product[2] * 0x1p-190));
	*reduced = dd_scale(dd_mul(fraction, dd_scale(DD_PI, 0.5)), sign);
	return quadrant & 3;
}

int
__reduce_angle(double x, struct dd *reduced)
{
	/* pi / 2 in four parts. */
	static const double parts[4] = {
		0x1.921fb54442d18p+0, 0x1.1a62633145c07p-54, -0x1.f1976b7ed8fbcp-110,
		0x1.4cf98e804177dp-164,
	};
	double turns, size = magnitude(x);
	struct dd r;

	if (size < 0x1.921fb54442d18p-1) {
		*reduced = dd_of(x);
		return 0;
	}
	if (size >= 0x1p50) {
		int quadrant = reduce_huge(size, reduced);

		if (x < 0) {
			*reduced = dd_neg(*reduced);
			quadrant = -quadrant & 3;
		}
		return quadrant;
	}
	turns = __builtin_rint(x * 0x1.45f306dc9c883p-1);
	r = dd_of(x);
	for (int i = 0; i < 4; i++)
		r = dd_sub(r, two_product(turns, parts[i]));
	*reduced = r;
	return (int)((int64_t)turns & 3);
}
