/* The encodings of float, double and quad, and the instructions that C cannot name. */
#ifndef LIBC_MATH_BITS_H
#define LIBC_MATH_BITS_H

#include <stdint.h>
#include <string.h>

#define SIGN_BIT	(1ULL << 63)
#define EXPONENT_BITS	(0x7ffULL << 52)
#define FRACTION_BITS	((1ULL << 52) - 1)
#define SIGN_BIT_F	(1U << 31)
#define EXPONENT_BITS_F	(0xffU << 23)

static inline uint64_t
bits_of(double x)
{
	uint64_t u;

	memcpy(&u, &x, sizeof(u));
	return u;
}

static inline double
double_of(uint64_t u)
{
	double x;

	memcpy(&x, &u, sizeof(x));
	return x;
}

static inline uint32_t
bits_of_float(float x)
{
	uint32_t u;

	memcpy(&u, &x, sizeof(u));
	return u;
}

static inline float
float_of(uint32_t u)
{
	float x;

	memcpy(&x, &u, sizeof(x));
	return x;
}

typedef unsigned __int128 quad_bits;

static inline quad_bits
bits_of_quad(long double x)
{
	quad_bits u;

	memcpy(&u, &x, sizeof(u));
	return u;
}

static inline long double
quad_of(quad_bits u)
{
	long double x;

	memcpy(&x, &u, sizeof(x));
	return x;
}

static inline int
is_nan(double x)
{
	return x != x;
}

static inline double
magnitude(double x)
{
	return double_of(bits_of(x) & ~SIGN_BIT);
}

static inline double
with_sign(double x, double sign)
{
	return double_of((bits_of(x) & ~SIGN_BIT) | (bits_of(sign) & SIGN_BIT));
}

/* 2^n for a normal result, -1022 <= n <= 1023. */
static inline double
power_of_two(int n)
{
	return double_of((uint64_t)(unsigned)(n + 1023) << 52);
}

#endif
