#include "bits.h"
#include "log_table.h"

/*
 * log(1 + r) for |r| <= 2^-7, beyond r itself: -r^2/2 exactly enough as a
 * double-double, the higher powers as a double.
 */
static struct dd
log_of_small(struct dd r)
{
	struct dd square = dd_mul(r, r);
	double tail, x = r.hi;

	tail = fused(x, 1.0 / 11, -1.0 / 10);
	tail = fused(x, tail, 1.0 / 9);
	tail = fused(x, tail, -1.0 / 8);
	tail = fused(x, tail, 1.0 / 7);
	tail = fused(x, tail, -1.0 / 6);
	tail = fused(x, tail, 1.0 / 5);
	tail = fused(x, tail, -1.0 / 4);
	tail = fused(x, tail, 1.0 / 3);
	tail *= square.hi * x;
	return dd_add(r, fast_sum(square.hi * -0.5, fused(square.lo, -0.5, tail)));
}

struct dd
__dd_log(struct dd x)
{
	uint64_t u = bits_of(x.hi) - LOG_TABLE_START;
	int exponent = (int)((int64_t)u >> 52);
	const struct log_entry *entry = &__log_table[u >> 45 & 127];
	double m = double_of(bits_of(x.hi) - ((uint64_t)exponent << 52));
	/* Two steps: the power of two itself may be subnormal. */
	double lo = x.lo * power_of_two(-exponent / 2) * power_of_two(-exponent - -exponent / 2);
	struct dd product = two_product(m, entry->reciprocal), r, result;

	/* m * reciprocal is near 1, so the subtraction is exact. */
	r = dd_add(fast_sum(product.hi - 1, product.lo), dd_of(lo * entry->reciprocal));
	result = log_of_small(r);
	if (entry->reciprocal != 1)
		result = dd_add(entry->log, result);
	if (exponent != 0)
		result = dd_add(dd_mul(dd_of(exponent), DD_LN2), result);
	return result;
}

struct dd
__dd_log1p(struct dd x)
{
	struct dd sum;

	if (magnitude(x.hi) < 0x1p-8)
		return log_of_small(x);
	sum = two_sum(1, x.hi);
	return __dd_log(fast_sum(sum.hi, sum.lo + x.lo));
}
