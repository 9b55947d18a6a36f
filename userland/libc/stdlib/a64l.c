#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const char digits[] = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/* Base 64 with the least significant digit first; only 32 bits take part. */
long
a64l(const char *s)
{
	uint32_t value = 0;

	for (unsigned shift = 0; shift < 36 && *s != '\0'; shift += 6, s++) {
		const char *digit = strchr(digits, *s);

		if (digit == NULL)
			break;
		value |= (uint32_t)((uint64_t)(digit - digits) << shift);
	}
	return (int32_t)value;
}

int
l64a_r(long value, char *buf, int size)
{
	uint32_t v = (uint32_t)value;

	for (; v != 0; v >>= 6) {
		if (size-- <= 1)
			return -1;
		*buf++ = digits[v & 63];
	}
	if (size < 1)
		return -1;
	*buf = '\0';
	return 0;
}

char *
l64a(long value)
{
	static char buf[8];

	l64a_r(value, buf, sizeof(buf));
	return buf;
}
