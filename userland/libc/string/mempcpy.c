#include <string.h>

void *
mempcpy(void *restrict dst, const void *restrict src, size_t len)
{
	return (char *)memcpy(dst, src, len) + len;
}
