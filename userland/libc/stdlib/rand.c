/*
 * rand(3): a 64-bit linear congruential generator (Knuth's MMIX constants), of
 * which the high, well-mixed bits are returned.
 */

#include <stdint.h>
#include <stdlib.h>

#define MULTIPLIER	6364136223846793005ULL
#define INCREMENT	1442695040888963407ULL

static uint64_t state = 1;

void
srand(unsigned seed)
{
	state = seed;
}

int
rand(void)
{
	state = state * MULTIPLIER + INCREMENT;
	return (int)(state >> 33);
}

/* The caller keeps only 32 bits of state, so they are scrambled on the way out. */
int
rand_r(unsigned int *seed)
{
	uint32_t x;

	*seed = *seed * 747796405U + 2891336453U;
	x = *seed;
	x = ((x >> ((x >> 28) + 4)) ^ x) * 277803737U;
	return (int)(((x >> 22) ^ x) & RAND_MAX);
}
