#include "bits.h"
#include "dd.h"

void
__dd_sincos(struct dd x, struct dd *sine, struct dd *cosine)
{
	struct dd square = dd_mul(x, x);
	double z = square.hi, tail;

	/* x - x^3/6 + ...: the cubic term is large enough to need both halves. */
	tail = fused(z, 1.0 / 355687428096000, -1.0 / 1307674368000);
	tail = fused(z, tail, 1.0 / 6227020800);
	tail = fused(z, tail, -1.0 / 39916800);
	tail = fused(z, tail, 1.0 / 362880);
	tail = fused(z, tail, -1.0 / 5040);
	tail = fused(z, tail, 1.0 / 120);
	tail *= z * z * x.hi;
	*sine = dd_mul(dd_mul(square, x), (struct dd){ -0x1.5555555555555p-3, -0x1.5555555555555p-57 });
	*sine = dd_add(x, dd_add(*sine, dd_of(tail)));

	tail = fused(z, -1.0 / 6402373705728000, 1.0 / 20922789888000);
	tail = fused(z, tail, -1.0 / 87178291200);
	tail = fused(z, tail, 1.0 / 479001600);
	tail = fused(z, tail, -1.0 / 3628800);
	tail = fused(z, tail, 1.0 / 40320);
	tail = fused(z, tail, -1.0 / 720);
	tail *= z * z * z;
	*cosine = dd_mul(dd_mul(square, square), (struct dd){ 0x1.5555555555555p-5, 0x1.5555555555555p-59 });
	*cosine = dd_add(*cosine, dd_of(tail));
	*cosine = dd_add(dd_add(dd_of(1), dd_scale(square, -0.5)), *cosine);
}
