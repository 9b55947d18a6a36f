#include "bits.h"
#include "exp_table.h"

/*
 * x = (64 k + i) ln 2 / 64 + r, so e^x = 2^k 2^(i/64) e^r with |r| < 0.0055.
 * Writes the table index with k and returns e^r - 1.
 */
static struct dd
reduce(struct dd x, int *steps)
{
	static const struct dd step = { 0x1.62e42fefa39efp-7, 0x1.abc9e3b39803fp-62 };
	double n = __builtin_rint(x.hi * 0x1.71547652b82fep+6);
	struct dd r, square;
	double tail;

	r = dd_sub(x, dd_mul(dd_of(n), step));
	*steps = (int)n;
	/* From the third power on a double is exact enough. */
	square = dd_mul(r, r);
	tail = fused(r.hi, 1.0 / 5040, 1.0 / 720);
	tail = fused(r.hi, tail, 1.0 / 120);
	tail = fused(r.hi, tail, 1.0 / 24);
	tail = fused(r.hi, tail, 1.0 / 6);
	tail *= square.hi * r.hi;
	return dd_add(r, fast_sum(square.hi * 0.5, fused(square.lo, 0.5, tail)));
}

struct scaled
__dd_exp(struct dd x)
{
	struct scaled result;
	int steps;
	struct dd less_one = reduce(x, &steps), base = __exp2_table[steps & 63];

	result.mantissa = dd_add(base, dd_mul(base, less_one));
	result.exponent = steps >> 6;
	return result;
}

struct dd
__dd_expm1(struct dd x)
{
	int steps;
	struct dd less_one = reduce(x, &steps), base, product;
	double scale;

	if (steps == 0)
		return less_one;
	base = __exp2_table[steps & 63];
	product = dd_mul(base, less_one);
	scale = power_of_two(steps >> 6);
	/* base and 1 are near each other, then the small product joins. */
	return dd_add(dd_sub(dd_scale(base, scale), dd_of(1)), dd_scale(product, scale));
}

double
__dd_round(struct scaled s)
{
	double hi = s.mantissa.hi + s.mantissa.lo, lo = s.mantissa.lo - (hi - s.mantissa.hi);
	double anchor;
	struct dd sum;

	if (s.exponent >= -1021) {
		if (s.exponent <= 1000)
			return hi * power_of_two(s.exponent);
		return hi * 0x1p1000 * power_of_two(s.exponent - 1000);
	}
	if (s.exponent < -1100)
		return with_sign(0x1p-1000, hi) * 0x1p-1000;
	/*
	 * The result may be subnormal: add a number whose unit in the last place
	 * is what the smallest subnormal will be, so that the rounding happens
	 * there, once.
	 */
	anchor = power_of_two(-1022 - s.exponent);
	if (magnitude(hi) >= anchor)
		return hi * 0x1p-1021 * power_of_two(s.exponent + 1021);
	anchor = with_sign(anchor, hi);
	sum = two_sum(anchor, hi);
	hi = (sum.hi + (sum.lo + lo)) - anchor;
	return hi * 0x1p-1022 * power_of_two(s.exponent + 1022);
}
