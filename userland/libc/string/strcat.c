#include <string.h>

#include "word.h"

NO_LOOP_IDIOM char *
strcat(char *restrict dst, const char *restrict src)
{
	stpcpy(dst + strlen(dst), src);
	return dst;
}

NO_LOOP_IDIOM char *
strncat(char *restrict dst, const char *restrict src, size_t max)
{
	char *end = dst + strlen(dst);
	size_t n = strnlen(src, max);

	memcpy(end, src, n);
	end[n] = '\0';
	return dst;
}
