#include <stdlib.h>
#include <wchar.h>

wchar_t *
wcscpy(wchar_t *restrict dst, const wchar_t *restrict src)
{
	return wmemcpy(dst, src, wcslen(src) + 1);
}

wchar_t *
wcsncpy(wchar_t *restrict dst, const wchar_t *restrict src, size_t len)
{
	size_t n = wcsnlen(src, len);

	wmemcpy(dst, src, n);
	wmemset(dst + n, L'\0', len - n);
	return dst;
}

wchar_t *
wcscat(wchar_t *restrict dst, const wchar_t *restrict src)
{
	wcscpy(dst + wcslen(dst), src);
	return dst;
}

wchar_t *
wcsncat(wchar_t *restrict dst, const wchar_t *restrict src, size_t max)
{
	wchar_t *end = dst + wcslen(dst);
	size_t n = wcsnlen(src, max);

	wmemcpy(end, src, n);
	end[n] = L'\0';
	return dst;
}

size_t
wcslcpy(wchar_t *dst, const wchar_t *src, size_t size)
{
	size_t len = wcslen(src);

	if (size > 0) {
		size_t n = len < size ? len : size - 1;

		wmemcpy(dst, src, n);
		dst[n] = L'\0';
	}
	return len;
}

size_t
wcslcat(wchar_t *dst, const wchar_t *src, size_t size)
{
	size_t used = wcsnlen(dst, size);

	if (used == size)
		return size + wcslen(src);
	return used + wcslcpy(dst + used, src, size - used);
}

wchar_t *
wcsdup(const wchar_t *s)
{
	size_t size = wcslen(s) + 1;
	wchar_t *copy = malloc(size * sizeof(*copy));

	return copy == NULL ? NULL : wmemcpy(copy, s, size);
}
