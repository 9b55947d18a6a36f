#include <strings.h>

#include <stdint.h>

static inline int
lower(unsigned char c)
{
	return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

int
strncasecmp(const char *a0, const char *b0, size_t len)
{
	const unsigned char *a = (const unsigned char *)a0;
	const unsigned char *b = (const unsigned char *)b0;

	for (; len > 0; a++, b++, len--) {
		int difference = lower(*a) - lower(*b);

		if (difference != 0 || *a == '\0')
			return difference;
	}
	return 0;
}

int
strcasecmp(const char *a, const char *b)
{
	return strncasecmp(a, b, SIZE_MAX);
}
