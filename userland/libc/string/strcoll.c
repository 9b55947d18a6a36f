/* The only collation is the C locale's: by byte value. */

#include <string.h>

int
strcoll(const char *a, const char *b)
{
	return strcmp(a, b);
}

int
strcoll_l(const char *a, const char *b, locale_t locale)
{
	(void)locale;
	return strcmp(a, b);
}

size_t
strxfrm(char *restrict dst, const char *restrict src, size_t size)
{
	return strlcpy(dst, src, size);
}

size_t
strxfrm_l(char *restrict dst, const char *restrict src, size_t size, locale_t locale)
{
	(void)locale;
	return strlcpy(dst, src, size);
}
