#include <string.h>
#include <strings.h>

void
bcopy(const void *src, void *dst, size_t len)
{
	memmove(dst, src, len);
}

void
bzero(void *dst, size_t len)
{
	memset(dst, 0, len);
}
