#include <string.h>

#include <stdint.h>

void *
memrchr(const void *mem, int c, size_t len)
{
	const unsigned char *p = mem;

	while (len-- > 0)
		if (p[len] == (unsigned char)c)
			return (void *)(uintptr_t)(p + len);
	return NULL;
}
