#include <math.h>

#include "bits.h"
#include "dd.h"

static double
rounded(struct dd x)
{
	return x.hi + x.lo;
}

double
atan(double x)
{
	double size = magnitude(x);

	if (is_nan(x))
		return x + x;
	if (size < 0x1p-28)
		return x;
	if (size > 0x1p60)
		return with_sign(0x1.921fb54442d18p+0, x);
	return with_sign(rounded(__dd_angle(dd_of(size), dd_of(1))), x);
}

/* Where one of the two is zero or infinite; the angle in the first quadrant. */
static double
axis_angle(double y, double x)
{
	if (x == INFINITY && y == INFINITY)
		return 0x1.921fb54442d18p-1;
	return y == 0 || x == INFINITY ? 0 : 0x1.921fb54442d18p+0;
}

double
atan2(double y, double x)
{
	double v = magnitude(y), h = magnitude(x), result;
	int gap;
	struct dd angle;

	if (is_nan(x) || is_nan(y))
		return x + y;
	if (v == 0 || h == 0 || v == INFINITY || h == INFINITY) {
		result = v == 0 && h == 0 ? 0 : axis_angle(v, h);
		if (bits_of(x) & SIGN_BIT)
			result = result == 0x1.921fb54442d18p-1 ? 0x1.2d97c7f3321d2p+1 :
			    result == 0 ? 0x1.921fb54442d18p+1 : result;
		return with_sign(result, y);
	}
	gap = (int)(bits_of(v) >> 52) - (int)(bits_of(h) >> 52);
	if (gap > 64)
		return with_sign(0x1.921fb54442d18p+0, y);
	if (gap < -64)
		return with_sign(x > 0 ? v / h : 0x1.921fb54442d18p+1, y);
	/* Only the ratio matters, so both move to where nothing over- or underflows. */
	if (v > 0x1p900 || h > 0x1p900) {
		v *= 0x1p-200;
		h *= 0x1p-200;
	} else if (v < 0x1p-800 || h < 0x1p-800) {
		v *= 0x1p200;
		h *= 0x1p200;
	}
	angle = __dd_angle(dd_of(v), dd_of(h));
	if (x < 0)
		angle = dd_sub(DD_PI, angle);
	return with_sign(rounded(angle), y);
}

/* The leg that completes x to a right triangle with hypotenuse 1. */
static struct dd
other_leg(double x)
{
	return dd_sqrt(dd_sub(dd_of(1), two_product(x, x)));
}

double
asin(double x)
{
	double size = magnitude(x);

	if (!(size <= 1))
		return is_nan(x) ? x + x : (x - x) / 0.0;
	if (size < 0x1p-27)
		return x;
	return with_sign(rounded(__dd_angle(dd_of(size), other_leg(size))), x);
}

double
acos(double x)
{
	double size = magnitude(x);
	struct dd angle;

	if (!(size <= 1))
		return is_nan(x) ? x + x : (x - x) / 0.0;
	if (size < 0x1p-60)
		return 0x1.921fb54442d18p+0;
	angle = __dd_angle(other_leg(size), dd_of(size));
	return rounded(x < 0 ? dd_sub(DD_PI, angle) : angle);
}

float
atanf(float x)
{
	return (float)atan(x);
}

float
atan2f(float y, float x)
{
	return (float)atan2(y, x);
}

float
asinf(float x)
{
	return (float)asin(x);
}

float
acosf(float x)
{
	return (float)acos(x);
}
