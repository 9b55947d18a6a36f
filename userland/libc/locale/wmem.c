#include <stdint.h>
#include <string.h>
#include <wchar.h>

wchar_t *
wmemchr(const wchar_t *s, wchar_t wc, size_t len)
{
	for (; len > 0; s++, len--)
		if (*s == wc)
			return (wchar_t *)(uintptr_t)s;
	return NULL;
}

int
wmemcmp(const wchar_t *a, const wchar_t *b, size_t len)
{
	for (; len > 0; a++, b++, len--)
		if (*a != *b)
			return *a < *b ? -1 : 1;
	return 0;
}

wchar_t *
wmemcpy(wchar_t *restrict dst, const wchar_t *restrict src, size_t len)
{
	return memcpy(dst, src, len * sizeof(*dst));
}

wchar_t *
wmempcpy(wchar_t *restrict dst, const wchar_t *restrict src, size_t len)
{
	return (wchar_t *)memcpy(dst, src, len * sizeof(*dst)) + len;
}

wchar_t *
wmemmove(wchar_t *dst, const wchar_t *src, size_t len)
{
	return memmove(dst, src, len * sizeof(*dst));
}

wchar_t *
wmemset(wchar_t *dst, wchar_t wc, size_t len)
{
	for (size_t i = 0; i < len; i++)
		dst[i] = wc;
	return dst;
}
