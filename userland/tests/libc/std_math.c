/* <math.h> and <fenv.h>: values to the last bit, special cases, rounding, classification. */
#include <sys/cdefs.h>

#include <fenv.h>
#include <limits.h>
#include <math.h>
#include <stdint.h>

#include "../check.h"

static uint64_t
bits(double d)
{
	uint64_t u;

	memcpy(&u, &d, sizeof(u));
	return u;
}

/* The true values, rounded to nearest. */
static const struct {
	double (*one)(double);
	double (*two)(double, double);
	double x, y;
	uint64_t result;
} values[] = {
	{ exp, NULL, 1.0, 0, 0x4005bf0a8b145769 },
	{ exp, NULL, -1.0, 0, 0x3fd78b56362cef38 },
	{ exp, NULL, 0.5, 0, 0x3ffa61298e1e069c },
	{ exp, NULL, 100.25, 0, 0x48f8c39b9134bac4 },
	{ exp, NULL, -700.5, 0, 0x00c4ff475c68ca02 },
	{ exp, NULL, 1e-09, 0, 0x3ff000000044b830 },
	{ exp2, NULL, 0.5, 0, 0x3ff6a09e667f3bcd },
	{ exp2, NULL, -3.25, 0, 0x3fbae89f995ad3ad },
	{ exp2, NULL, 10.0, 0, 0x4090000000000000 },
	{ exp2, NULL, 1000.125, 0, 0x7e7172b83c7d517b },
	{ expm1, NULL, 1e-05, 0, 0x3ee4f8bc681cdfb6 },
	{ expm1, NULL, 0.1, 0, 0x3fbaec7b35a00d3a },
	{ expm1, NULL, -2.0, 0, 0xbfebab5557101f8d },
	{ expm1, NULL, 30.0, 0, 0x42a370470aec26ed },
	{ log, NULL, 2.0, 0, 0x3fe62e42fefa39ef },
	{ log, NULL, 10.0, 0, 0x40026bb1bbb55516 },
	{ log, NULL, 0.1, 0, 0xc0026bb1bbb55515 },
	{ log, NULL, 1.0000001, 0, 0x3e7ad7f2847b6492 },
	{ log, NULL, 1e+300, 0, 0x4085963447f87fb5 },
	{ log2, NULL, 3.0, 0, 0x3ff95c01a39fbd68 },
	{ log2, NULL, 1024.0, 0, 0x4024000000000000 },
	{ log2, NULL, 0.3, 0, 0xbffbca9c6f53897b },
	{ log10, NULL, 1000.0, 0, 0x4008000000000000 },
	{ log10, NULL, 2.0, 0, 0x3fd34413509f79ff },
	{ log10, NULL, 1e-07, 0, 0xc01c000000000000 },
	{ log1p, NULL, 1e-08, 0, 0x3e45798ee0636111 },
	{ log1p, NULL, 0.5, 0, 0x3fd9f323ecbf984c },
	{ log1p, NULL, -0.75, 0, 0xbff62e42fefa39ef },
	{ sin, NULL, 1.0, 0, 0x3feaed548f090cee },
	{ sin, NULL, 3.141592653589793, 0, 0x3ca1a62633145c07 },
	{ sin, NULL, 100000.0, 0, 0x3fa24daa9c527e96 },
	{ sin, NULL, 1e+22, 0, 0xbfeb453ab76bf397 },
	{ sin, NULL, 0.001, 0, 0x3f50624da5218a62 },
	{ cos, NULL, 1.0, 0, 0x3fe14a280fb5068c },
	{ cos, NULL, 1.5707963267948966, 0, 0x3c91a62633145c07 },
	{ cos, NULL, 100000.0, 0, 0xbfeffac3841b3da7 },
	{ cos, NULL, 1e+22, 0, 0x3fe0be2cef01c8f4 },
	{ tan, NULL, 1.0, 0, 0x3ff8eb245cbee3a6 },
	{ tan, NULL, 1.5707963267948966, 0, 0x434d02967c31cdb5 },
	{ tan, NULL, 10000000000.0, 0, 0xbfe1de000f443f50 },
	{ asin, NULL, 0.5, 0, 0x3fe0c152382d7366 },
	{ asin, NULL, 0.999, 0, 0x3ff86ac9ad18f803 },
	{ asin, NULL, 1e-05, 0, 0x3ee4f8b588e4e940 },
	{ acos, NULL, 0.5, 0, 0x3ff0c152382d7366 },
	{ acos, NULL, -0.999, 0, 0x4008c66280ae928e },
	{ acos, NULL, 1e-05, 0, 0x3ff921f0d7e968a6 },
	{ atan, NULL, 1.0, 0, 0x3fe921fb54442d18 },
	{ atan, NULL, 0.1, 0, 0x3fb983e282e2cc4d },
	{ atan, NULL, 1000000.0, 0, 0x3ff921fa47d4b30d },
	{ sinh, NULL, 1.0, 0, 0x3ff2cd9fc44eb982 },
	{ sinh, NULL, 0.01, 0, 0x3f847af7a654e9ef },
	{ sinh, NULL, 50.0, 0, 0x44619103e4080b45 },
	{ cosh, NULL, 1.0, 0, 0x3ff8b07551d9f550 },
	{ cosh, NULL, 0.01, 0, 0x3ff000346de27853 },
	{ cosh, NULL, 50.0, 0, 0x44619103e4080b45 },
	{ tanh, NULL, 1.0, 0, 0x3fe85efab514f394 },
	{ tanh, NULL, 0.01, 0, 0x3f847ab48ae4595e },
	{ tanh, NULL, 5.0, 0, 0x3fefff419668df11 },
	{ asinh, NULL, 1.0, 0, 0x3fec34366179d427 },
	{ asinh, NULL, 0.01, 0, 0x3f847acae9508b07 },
	{ asinh, NULL, 10000000000.0, 0, 0x4037b810429a7c2a },
	{ acosh, NULL, 2.0, 0, 0x3ff5124271980435 },
	{ acosh, NULL, 1.001, 0, 0x3fa6e53acbcdeba3 },
	{ acosh, NULL, 10000000000.0, 0, 0x4037b810429a7c2a },
	{ atanh, NULL, 0.5, 0, 0x3fe193ea7aad030b },
	{ atanh, NULL, 0.01, 0, 0x3f847b0e059d0597 },
	{ atanh, NULL, 0.999, 0, 0x400e66cfde9c7c2d },
	{ sqrt, NULL, 2.0, 0, 0x3ff6a09e667f3bcd },
	{ sqrt, NULL, 1e-300, 0, 0x20ca2fe76a3f9475 },
	{ cbrt, NULL, 27.0, 0, 0x4008000000000000 },
	{ cbrt, NULL, 2.0, 0, 0x3ff428a2f98d728b },
	{ cbrt, NULL, 1e+300, 0, 0x54b249ad2594c37d },
	{ erf, NULL, 0.1, 0, 0x3fbcca5ea24fb334 },
	{ erf, NULL, 1.0, 0, 0x3feaf767a741088b },
	{ erf, NULL, 3.0, 0, 0x3fefffd1ac4135f9 },
	{ erfc, NULL, 0.5, 0, 0x3fdeb02147ce245c },
	{ erfc, NULL, 3.0, 0, 0x3ef729df6503422a },
	{ erfc, NULL, 20.0, 0, 0x1b8b54f244df93df },
	{ tgamma, NULL, 5.0, 0, 0x4038000000000000 },
	{ tgamma, NULL, 0.5, 0, 0x3ffc5bf891b4ef6b },
	{ tgamma, NULL, -1.5, 0, 0x4002e7fb0bcdf4f2 },
	{ tgamma, NULL, 100.5, 0, 0x6085b98374db8c0b },
	{ lgamma, NULL, 10.0, 0, 0x40299a8921a7f7cf },
	{ lgamma, NULL, 0.5, 0, 0x3fe250d048e7a1bd },
	{ lgamma, NULL, 1.001, 0, 0xbf42e323d3be7b7f },
	{ lgamma, NULL, 1000.5, 0, 0x40b714ac96c9d5d3 },
	{ NULL, pow, 2.0, 0.5, 0x3ff6a09e667f3bcd },
	{ NULL, pow, 10.0, 22.0, 0x4480f0cf064dd592 },
	{ NULL, pow, 1.0000001, 1000000.0, 0x3ff1aec7b1e2b426 },
	{ NULL, pow, 0.1, 3.0, 0x3f50624dd2f1a9fd },
	{ NULL, atan2, 1.0, -1.0, 0x4002d97c7f3321d2 },
	{ NULL, atan2, 3.0, 4.0, 0x3fe4978fa3269ee1 },
	{ NULL, atan2, -1e-05, 2.0, 0xbed4f8b588e2a8ca },
	{ NULL, hypot, 3.0, 4.0, 0x4014000000000000 },
	{ NULL, hypot, 0.001, 7.0, 0x401c000004cb222e },
};

static void
elementary(void)
{
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		double r = values[i].one != NULL ? values[i].one(values[i].x) : values[i].two(values[i].x, values[i].y);

		if (bits(r) != values[i].result)
			CHECK_FAIL("row %zu: f(%a, %a) is %a", i, values[i].x, values[i].y, r);
	}
}

static void
special_cases(void)
{
	CHECK(isinf(exp(1000)) && exp(-1000) == 0 && exp(-INFINITY) == 0);
	CHECK(log(0) == -INFINITY && isnan(log(-1)) && log(1) == 0);
	CHECK(isnan(sqrt(-1)) && isnan(asin(2)) && isnan(sin(INFINITY)));
	CHECK(pow(0, 0) == 1 && pow(NAN, 0) == 1 && pow(1, NAN) == 1 && pow(-2, 3) == -8);
	CHECK(pow(-0.0, -3) == -INFINITY && pow(0, -2) == INFINITY && isnan(pow(-1, 0.5)));
	CHECK(pow(-1, INFINITY) == 1 && pow(0.5, INFINITY) == 0 && pow(0.5, -INFINITY) == INFINITY);
	CHECK(signbit(sin(-0.0)) && signbit(tanh(-0.0)) && signbit(atan2(-0.0, 1)));
	CHECK(atan2(0, -1) == M_PI && atan2(-0.0, -1) == -M_PI && atan2(1, 0) == M_PI_2);
	CHECK(hypot(INFINITY, NAN) == INFINITY && hypot(1e300, 1e300) > 1.4e300);
	CHECK(fmod(5.5, 2) == 1.5 && fmod(-5.5, 2) == -1.5 && fmod(1e308, 3) == 2 && isnan(fmod(1, 0)));
	CHECK(remainder(5, 3) == -1 && remainder(5.5, 3) == -0.5 && remainder(4.5, 3) == -1.5);
	CHECK(fmax(NAN, 1) == 1 && fmin(1, NAN) == 1 && fdim(3, 5) == 0 && fdim(5, 3) == 2);
	CHECK(fma(0x1p53, 1, 1) == 0x1p53 && fma(1 + 0x1p-52, 1 - 0x1p-52, -1) == -0x1p-104);
}

static void
rounding(void)
{
	/* Volatile, lest the compiler round them itself, to nearest. */
	volatile double just_above_two = 2.1, two_and_a_half = 2.5;
	double whole;
	int exponent;

	CHECK(floor(-1.5) == -2 && ceil(-1.5) == -1 && trunc(-1.5) == -1 && round(-1.5) == -2);
	CHECK(rint(2.5) == 2 && rint(3.5) == 4 && round(2.5) == 3 && round(0.49999999999999994) == 0);
	CHECK(signbit(ceil(-0.5)) && floor(1e300) == 1e300 && isnan(rint(NAN)));
	CHECK(lrint(2.5) == 2 && lround(2.5) == 3 && llround(-2.5) == -3);
	CHECK_EQ(fesetround(FE_UPWARD), 0);
	CHECK(rint(just_above_two) == 3 && lrint(-just_above_two) == -2);
	CHECK_EQ(fesetround(FE_TONEAREST), 0);
	feclearexcept(FE_ALL_EXCEPT);
	CHECK(nearbyint(two_and_a_half) == 2);
	CHECK_EQ(fetestexcept(FE_INEXACT), 0);
	CHECK(rint(two_and_a_half) == 2);
	CHECK_EQ(fetestexcept(FE_INEXACT), FE_INEXACT);
	CHECK(modf(-3.25, &whole) == -0.25 && whole == -3);
	CHECK(frexp(40, &exponent) == 0.625 && exponent == 6);
	CHECK(frexp(0x1p-1074, &exponent) == 0.5 && exponent == -1073);
	CHECK(ldexp(1, -1074) == 0x1p-1074 && ldexp(0x1.8p0, -1075) == 0x1p-1074 && scalbn(1, 2000) == INFINITY);
	CHECK(ilogb(0x1p-1074) == -1074 && ilogb(0) == FP_ILOGB0 && logb(8) == 3);
	CHECK(nextafter(1, 2) == 1 + 0x1p-52 && nextafter(0, -1) == -0x1p-1074 && nextafterf(1, 0) == 1 - 0x1p-24f);
	CHECK(copysign(3, -0.0) == -3 && fabs(-0.0) == 0 && !signbit(fabs(-0.0)));
}

static void
classification(void)
{
	CHECK_EQ(fpclassify(1.0), FP_NORMAL);
	CHECK_EQ(fpclassify(0x1p-1074), FP_SUBNORMAL);
	CHECK_EQ(fpclassify(0x1p-149f), FP_SUBNORMAL);
	CHECK_EQ(fpclassify(0.0L), FP_ZERO);
	CHECK(isinf(INFINITY) && isnan(NAN) && isfinite(1e308) && !isfinite(NAN) && signbit(-1.0f));
	CHECK(isnan((long double)NAN) && isinf((long double)INFINITY) && isnormal(1.0));
}

static void
other_precisions(void)
{
	int exponent;
	long double whole;

	CHECK(sinf(1) == (float)sin(1) && powf(2, 10) == 1024 && expf(100) == INFINITY);
	CHECK(sqrtl(2) == 0x1.6a09e667f3bcc908b2fb1366ea95p+0L);
	CHECK(floorl(-2.5L) == -3 && ceill(2.5L) == 3 && truncl(-2.5L) == -2 && roundl(2.5L) == 3 && rintl(2.5L) == 2);
	CHECK(fmodl(0x1p16000L, 3) == 1 && fabsl(-1.5L) == 1.5L && copysignl(1, -2) == -1);
	CHECK(frexpl(0x1p-16494L, &exponent) == 0.5L && exponent == -16493);
	CHECK(ldexpl(1, 16383) == 0x1p16383L && modfl(2.75L, &whole) == 0.75L && whole == 2);
}

int
main(void)
{
	elementary();
	special_cases();
	rounding();
	classification();
	other_precisions();
	return 0;
}
