#include <math.h>

#include "bits.h"
#include "dd.h"

int signgam;

static const struct dd half_log_two_pi = { 0x1.d67f1c864beb5p-1, -0x1.65b5a1b7ff5dfp-55 };

/* From here on Stirling's series, as far as the table goes, is exact enough. */
#define STIRLING_FROM 16

/* B(2k) / (2k (2k - 1)) from k = 2 on, B being the Bernoulli numbers. */
static const double stirling[] = {
	-0x1.6c16c16c16c17p-9,
	0x1.a01a01a01a01ap-11,
	-0x1.3813813813814p-11,
	0x1.b951e2b18ff23p-11,
	-0x1.f6ab0d9993c7dp-10,
	0x1.a41a41a41a41ap-8,
	-0x1.e4286cb0f5398p-6,
	0x1.6fe96381e0680p-3,
	-0x1.6476701181f3ap+0,
	0x1.ace44322ce006p+3,
	-0x1.39b2525cccc1bp+7,
};

/*
 * log gamma(2 + e) = (1 - euler) e + sum of (-1)^k (zeta(k) - 1) / k e^k; the
 * coefficients from e^1 on.
 */
static const struct dd around_two[] = {
	{ 0x1.b0ee6072093cep-2, 0x1.6cb90701fbfabp-58 },
	{ 0x1.4a34cc4a60fa6p-2, 0x1.1873d8912200cp-56 },
	{ -0x1.13e001a557607p-4, 0x1.fb68be2f8821fp-58 },
	{ 0x1.51322ac7d8483p-6, 0x1.afc89088cb729p-60 },
	{ -0x1.e404fc218f5f2p-8, 0x1.e4a627cf1eb34p-62 },
	{ 0x1.7add6eadb6c30p-9, -0x1.5b7828c7fd7f4p-64 },
	{ -0x1.38ac5c2bf8e08p-10, 0x1.8a4c1cfd9cec8p-65 },
	{ 0x1.0b36af86396e9p-11, -0x1.0698d6c892967p-65 },
	{ -0x1.d3fd4c76d2fc8p-13, 0x1.c7c55cfccbb83p-68 },
	{ 0x1.a127b0f17d65ap-14, 0x1.9d309aa700268p-69 },
	{ -0x1.78de5bd7c81efp-15, 0x1.a20541cde47a6p-72 },
	{ 0x1.580dcee66eb02p-16, 0x1.260574b258f72p-71 },
	{ -0x1.3cbc963ce2243p-17, 0x1.ea56e6c7d5329p-71 },
	{ 0x1.2597a39f34aacp-18, -0x1.bf911462a7d81p-72 },
	{ -0x1.11b2eb7679541p-19, -0x1.c76b0e65ac63ap-75 },
	{ 0x1.0064cdeb22f0fp-20, 0x1.d0156affdbc11p-75 },
	{ -0x1.e2600d93cfd2fp-22, 0x1.130ac39e5c106p-76 },
	{ 0x1.c76bbb3f07a4dp-23, 0x1.d9a2b77769b52p-77 },
	{ -0x1.af5a6cbbf8a97p-24, -0x1.95f227e96d83ep-78 },
	{ 0x1.99b93c2070b0fp-25, 0x1.0327164736428p-79 },
	{ -0x1.862c734df3eacp-26, -0x1.b32802bec0da0p-80 },
	{ 0x1.7469daccfadcdp-27, -0x1.369d388cebaa9p-81 },
	{ -0x1.6434a8447aeadp-28, -0x1.af72edf876fcdp-87 },
	{ 0x1.555a877ffd2c3p-29, -0x1.875065f26a43bp-83 },
	{ -0x1.47b1679258d0ep-30, -0x1.04f36e0e854e4p-84 },
	{ 0x1.3b15d2b2fc10cp-31, -0x1.d79f6feeeb28bp-86 },
	{ -0x1.2f69a9fabe3e0p-32, 0x1.a162ab374c789p-86 },
	{ 0x1.24932a337434cp-33, 0x1.060829c24508fp-87 },
	{ -0x1.1a7c26ec2523cp-34, -0x1.4f4ebdb4a04b5p-88 },
	{ 0x1.11116e693ed98p-35, -0x1.c7034d49e7fc7p-89 },
	{ -0x1.08424cbc543d8p-36, -0x1.40ef820dbc9eap-91 },
	{ 0x1.000026e3f644fp-37, 0x1.3546a6054c889p-91 },
	{ -0x1.f07c514fc9f0ap-39, -0x1.75b6be545ac09p-96 },
};

/* log gamma(2 + e), |e| <= 1/2, without losing the zero at e = 0. */
static struct dd
log_gamma_near_two(struct dd e)
{
	int n = (int)(sizeof(around_two) / sizeof(around_two[0]));
	struct dd sum = around_two[n - 1];

	for (int i = n - 2; i >= 0; i--)
		sum = dd_add(dd_mul(sum, e), around_two[i]);
	return dd_mul(sum, e);
}

/* log gamma(x) = (x - 1/2) log x - x + log(2 pi) / 2 + 1 / (12 x) - ... */
static struct dd
log_gamma_large(struct dd x)
{
	struct dd sum = dd_mul(dd_sub(x, dd_of(0.5)), __dd_log(x)), inverse = dd_div(dd_of(1), x);
	double square = inverse.hi * inverse.hi, tail = 0;

	for (int i = (int)(sizeof(stirling) / sizeof(stirling[0])) - 1; i >= 0; i--)
		tail = fused(tail, square, stirling[i]);
	sum = dd_add(dd_sub(sum, x), half_log_two_pi);
	sum = dd_add(sum, dd_div(inverse, dd_of(12)));
	return dd_add(sum, dd_of(tail * square * inverse.hi));
}

/* x (x + 1) ... up to where Stirling's series begins, which x is moved to. */
static struct dd
shift_up(struct dd *x)
{
	struct dd product = dd_of(1);

	for (; x->hi < STIRLING_FROM; *x = dd_add(*x, dd_of(1)))
		product = dd_mul(product, *x);
	return product;
}

static struct dd
log_gamma_positive(double x)
{
	struct dd shifted = dd_of(x), product;

	if (x < 0.5)
		return dd_sub(dd_sub(log_gamma_near_two(dd_of(x)), __dd_log1p(dd_of(x))), __dd_log(dd_of(x)));
	if (x < 1.5)
		return dd_sub(log_gamma_near_two(dd_of(x - 1)), __dd_log1p(dd_of(x - 1)));
	if (x <= 2.5)
		return log_gamma_near_two(dd_of(x - 2));
	product = shift_up(&shifted);
	return dd_sub(log_gamma_large(shifted), __dd_log(product));
}

/* |sin(pi x)| for x that is not an integer. */
static struct dd
sine_of_pi_times(double x)
{
	double rest = magnitude(x - rint(x));
	struct dd s, c;

	__dd_sincos(dd_mul(DD_PI, dd_of(rest > 0.25 ? 0.5 - rest : rest)), &s, &c);
	return rest > 0.25 ? c : s;
}

double
lgamma_r(double x, int *sign)
{
	struct dd result;

	*sign = 1;
	if (is_nan(x) || magnitude(x) == INFINITY)
		return x * x;
	if (x == 0 || (x < 0 && rint(x) == x)) {
		*sign = bits_of(x) & SIGN_BIT && x == 0 ? -1 : 1;
		return 1 / magnitude(x - x);
	}
	if (magnitude(x) < 0x1p-70) {
		*sign = x < 0 ? -1 : 1;
		return -log(magnitude(x));
	}
	if (x > 0x1p1000)
		return x > 0x1.754d9278b51a7p+1014 ? INFINITY : x * (log(x) - 1);
	if (x > 0) {
		result = log_gamma_positive(x);
		return result.hi + result.lo;
	}
	/* gamma(x) gamma(1 - x) = pi / sin(pi x), and gamma(1 - x) = -x gamma(-x). */
	*sign = fmod(floor(x), 2) != 0 ? -1 : 1;
	result = dd_div(DD_PI, dd_mul(dd_of(-x), sine_of_pi_times(x)));
	result = dd_sub(__dd_log(result), log_gamma_positive(-x));
	return result.hi + result.lo;
}

double
lgamma(double x)
{
	return lgamma_r(x, &signgam);
}

/* Moderate |x| only; the mantissa may lie far from 1, within a double's range. */
static struct scaled
gamma_positive(double x)
{
	struct dd shifted = dd_of(x), product = shift_up(&shifted);
	struct scaled g = __dd_exp(log_gamma_large(shifted));

	g.mantissa = dd_div(g.mantissa, product);
	return g;
}

/* Brings the mantissa of a quotient back to [1, 2) before the final rounding. */
static double
round_scaled(struct scaled s)
{
	int exponent;

	frexp(s.mantissa.hi, &exponent);
	s.mantissa = dd_scale(s.mantissa, power_of_two(1 - exponent));
	s.exponent += exponent - 1;
	return __dd_round(s);
}

double
tgamma(double x)
{
	struct scaled g;
	double result;

	if (is_nan(x) || x == INFINITY)
		return x + x;
	if (x == 0)
		return 1 / x;
	if (x < 0 && rint(x) == x)
		return (x - x) / 0.0;
	if (x > 172)
		return 0x1p1023 * x;
	if (magnitude(x) < 0x1p-60)
		return 1 / x;
	if (x > 0)
		return round_scaled(gamma_positive(x));
	if (x < -185)
		return fmod(floor(x), 2) != 0 ? -0x1p-1000 * 0x1p-1000 : 0x1p-1000 * 0x1p-1000;
	/* pi / (-x sin(pi x) gamma(-x)) */
	g = gamma_positive(-x);
	g.mantissa = dd_div(DD_PI, dd_mul(dd_mul(dd_of(-x), sine_of_pi_times(x)), g.mantissa));
	g.exponent = -g.exponent;
	result = round_scaled(g);
	return fmod(floor(x), 2) != 0 ? -result : result;
}

/* The names of other times. */

double
gamma(double x)
{
	return lgamma(x);
}

double
gamma_r(double x, int *sign)
{
	return lgamma_r(x, sign);
}

float
lgammaf_r(float x, int *sign)
{
	return (float)lgamma_r(x, sign);
}

float
lgammaf(float x)
{
	return (float)lgamma(x);
}

float
gammaf(float x)
{
	return (float)lgamma(x);
}

float
gammaf_r(float x, int *sign)
{
	return (float)lgamma_r(x, sign);
}

float
tgammaf(float x)
{
	return (float)tgamma(x);
}
