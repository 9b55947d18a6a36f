#include <string.h>

#include "word.h"

NO_LOOP_IDIOM char *
stpncpy(char *restrict dst, const char *restrict src, size_t len)
{
	size_t n = strnlen(src, len);

	memcpy(dst, src, n);
	memset(dst + n, 0, len - n);
	return dst + n;
}

NO_LOOP_IDIOM char *
strncpy(char *restrict dst, const char *restrict src, size_t len)
{
	stpncpy(dst, src, len);
	return dst;
}
