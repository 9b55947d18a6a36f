#include "atan_table.h"

/*
 * With t = y / x <= 1 and c a multiple of 1/32 near t:
 * atan t = atan c + atan u, u = (y - c x) / (x + c y), |u| <= 1/64 or so.
 */
static struct dd
first_octant(struct dd y, struct dd x)
{
	double c = __builtin_rint(y.hi / x.hi * 32) / 32, square, tail;
	struct dd u;

	if (c > 1)
		c = 1;
	u = dd_div(dd_sub(y, dd_mul(dd_of(c), x)), dd_add(x, dd_mul(dd_of(c), y)));
	square = u.hi * u.hi;
	tail = fused(square, 1.0 / 13, -1.0 / 11);
	tail = fused(square, tail, 1.0 / 9);
	tail = fused(square, tail, -1.0 / 7);
	tail = fused(square, tail, 1.0 / 5);
	tail = fused(square, tail, -1.0 / 3);
	tail *= square * u.hi;
	u = dd_add(u, dd_of(tail));
	return c == 0 ? u : dd_add(__atan_table[(int)(c * 32)], u);
}

struct dd
__dd_angle(struct dd y, struct dd x)
{
	if (y.hi <= x.hi)
		return first_octant(y, x);
	return dd_sub(dd_scale(DD_PI, 0.5), first_octant(x, y));
}
