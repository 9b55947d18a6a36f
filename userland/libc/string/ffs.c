#include <strings.h>

int
ffsll(long long value)
{
	unsigned long long v = (unsigned long long)value;
	int n = 1;

	if (v == 0)
		return 0;
	for (int width = 32; width > 0; width /= 2)
		if ((v & ((1ULL << width) - 1)) == 0) {
			v >>= width;
			n += width;
		}
	return n;
}

int
ffsl(long value)
{
	return ffsll(value);
}

int
ffs(int value)
{
	/* Sign extension adds no lower bit. */
	return ffsll(value);
}
