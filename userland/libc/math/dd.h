/*
 * Double-double arithmetic: an unevaluated sum hi + lo with |lo| at most half a
 * unit in the last place of hi, about 106 bits.  The elementary functions are
 * computed this way and rounded once at the end, which keeps them within a
 * little more than half a unit of the true value.  The fused multiply-add of the
 * hardware makes a product exact in two instructions.
 */
#ifndef LIBC_MATH_DD_H
#define LIBC_MATH_DD_H

#pragma STDC FP_CONTRACT OFF

struct dd {
	double hi, lo;
};

static inline double
fused(double a, double b, double c)
{
	return __builtin_fma(a, b, c);
}

static inline struct dd
dd_of(double a)
{
	return (struct dd){ a, 0 };
}

/* Exact a + b where a is not smaller than b in magnitude (or is zero). */
static inline struct dd
fast_sum(double a, double b)
{
	double s = a + b;

	return (struct dd){ s, b - (s - a) };
}

/* Exact a + b. */
static inline struct dd
two_sum(double a, double b)
{
	double s = a + b, t = s - a;

	return (struct dd){ s, (a - (s - t)) + (b - t) };
}

/* Exact a * b. */
static inline struct dd
two_product(double a, double b)
{
	double p = a * b;

	return (struct dd){ p, fused(a, b, -p) };
}

static inline struct dd
dd_neg(struct dd a)
{
	return (struct dd){ -a.hi, -a.lo };
}

static inline struct dd
dd_add(struct dd a, struct dd b)
{
	struct dd s = two_sum(a.hi, b.hi), t = two_sum(a.lo, b.lo);

	s = fast_sum(s.hi, s.lo + t.hi);
	return fast_sum(s.hi, s.lo + t.lo);
}

static inline struct dd
dd_sub(struct dd a, struct dd b)
{
	return dd_add(a, dd_neg(b));
}

static inline struct dd
dd_mul(struct dd a, struct dd b)
{
	struct dd p = two_product(a.hi, b.hi);

	return fast_sum(p.hi, p.lo + fused(a.hi, b.lo, a.lo * b.hi));
}

static inline struct dd
dd_scale(struct dd a, double power_of_two)
{
	return (struct dd){ a.hi * power_of_two, a.lo * power_of_two };
}

static inline struct dd
dd_div(struct dd a, struct dd b)
{
	double q = a.hi / b.hi, rest;
	struct dd p = two_product(q, b.hi);

	rest = (a.hi - p.hi) - p.lo + a.lo - q * b.lo;
	return fast_sum(q, rest / b.hi);
}

static inline struct dd
dd_sqrt(struct dd a)
{
	double root = __builtin_sqrt(a.hi);
	struct dd square = two_product(root, root);

	if (a.hi == 0)
		return dd_of(a.hi);
	return fast_sum(root, ((a.hi - square.hi) - square.lo + a.lo) / (2 * root));
}

/* mantissa * 2^exponent */
struct scaled {
	struct dd mantissa;
	int exponent;
};

/* e^x for |x| up to about 2^12; the mantissa lies around 1. */
struct scaled __dd_exp(struct dd);

/* e^x - 1, accurate near zero; |x| below 700. */
struct dd __dd_expm1(struct dd);

/* Natural logarithm of a positive, normal number; accurate near 1. */
struct dd __dd_log(struct dd);

/* log(1 + x), accurate near zero. */
struct dd __dd_log1p(struct dd);

/* The angle of the point (x, y), both positive. */
struct dd __dd_angle(struct dd y, struct dd x);

/* Sine and cosine of |x| up to pi / 4 or slightly more. */
void __dd_sincos(struct dd x, struct dd *sine, struct dd *cosine);

/* x reduced modulo pi / 2 to at most pi / 4; the quadrant is returned. */
int __reduce_angle(double x, struct dd *reduced);

/* Rounds once, also where the result is subnormal. */
double __dd_round(struct scaled);

#define DD_PI	((struct dd){ 0x1.921fb54442d18p+1, 0x1.1a62633145c07p-53 })
#define DD_LN2	((struct dd){ 0x1.62e42fefa39efp-1, 0x1.abc9e3b39803fp-56 })

#endif
