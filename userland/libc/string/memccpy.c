#include <string.h>

void *
memccpy(void *restrict dst, const void *restrict src, int c, size_t len)
{
	const void *end = memchr(src, c, len);
	size_t n;

	if (end == NULL) {
		memcpy(dst, src, len);
		return NULL;
	}
	n = (size_t)((const char *)end - (const char *)src) + 1;
	memcpy(dst, src, n);
	return (char *)dst + n;
}
