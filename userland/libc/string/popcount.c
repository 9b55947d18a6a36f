#include <strings.h>

#include <stdint.h>

unsigned int
popcountll(unsigned long long v)
{
	/* Sums of 2, then 4, then 8 bits side by side; the multiplication
	   gathers the eight byte sums in the top byte. */
	v -= v >> 1 & 0x5555555555555555ULL;
	v = (v & 0x3333333333333333ULL) + (v >> 2 & 0x3333333333333333ULL);
	v = (v + (v >> 4)) & 0x0f0f0f0f0f0f0f0fULL;
	return (unsigned int)(v * 0x0101010101010101ULL >> 56);
}

unsigned int
popcountl(unsigned long v)
{
	return popcountll(v);
}

unsigned int
popcount(unsigned int v)
{
	return popcountll(v);
}

unsigned int
popcount32(uint32_t v)
{
	return popcountll(v);
}

unsigned int
popcount64(uint64_t v)
{
	return popcountll(v);
}
