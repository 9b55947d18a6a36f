/*
 * The 48-bit generator of System V: x = a x + c modulo 2^48, whose sequence
 * programs may rely on.
 */

#include <stdint.h>
#include <stdlib.h>

#define MASK		((1ULL << 48) - 1)
#define MULTIPLIER	0x5deece66dULL
#define INCREMENT	11

static uint64_t multiplier = MULTIPLIER, increment = INCREMENT;
static unsigned short state[3] = { 0x330e, 0xabcd, 0x1234 };

static uint64_t
load(const unsigned short x[3])
{
	return (uint64_t)x[2] << 32 | (uint64_t)x[1] << 16 | x[0];
}

static void
store(unsigned short x[3], uint64_t value)
{
	x[0] = (unsigned short)value;
	x[1] = (unsigned short)(value >> 16);
	x[2] = (unsigned short)(value >> 32);
}

static uint64_t
next(unsigned short x[3])
{
	uint64_t value = (load(x) * multiplier + increment) & MASK;

	store(x, value);
	return value;
}

double
erand48(unsigned short x[3])
{
	return (double)next(x) * 0x1p-48;
}

double
drand48(void)
{
	return erand48(state);
}

long
nrand48(unsigned short x[3])
{
	return (long)(next(x) >> 17);
}

long
lrand48(void)
{
	return nrand48(state);
}

long
jrand48(unsigned short x[3])
{
	return (int32_t)(next(x) >> 16);
}

long
mrand48(void)
{
	return jrand48(state);
}

void
srand48(long seed)
{
	store(state, ((uint64_t)(uint32_t)seed << 16 | 0x330e) & MASK);
	multiplier = MULTIPLIER;
	increment = INCREMENT;
}

unsigned short *
seed48(unsigned short x[3])
{
	static unsigned short old[3];

	store(old, load(state));
	store(state, load(x));
	multiplier = MULTIPLIER;
	increment = INCREMENT;
	return old;
}

void
lcong48(unsigned short p[7])
{
	store(state, load(p));
	multiplier = load(p + 3);
	increment = p[6];
}
