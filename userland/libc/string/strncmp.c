#include <string.h>

int
strncmp(const char *a0, const char *b0, size_t len)
{
	const unsigned char *a = (const unsigned char *)a0;
	const unsigned char *b = (const unsigned char *)b0;

	for (; len > 0; a++, b++, len--)
		if (*a != *b || *a == '\0')
			return *a - *b;
	return 0;
}
