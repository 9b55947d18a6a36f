#include <stdint.h>
#include <wchar.h>
#include <wctype.h>

int
wcsncmp(const wchar_t *a, const wchar_t *b, size_t len)
{
	for (; len > 0; a++, b++, len--)
		if (*a != *b || *a == L'\0')
			return *a < *b ? -1 : *a > *b;
	return 0;
}

int
wcscmp(const wchar_t *a, const wchar_t *b)
{
	return wcsncmp(a, b, SIZE_MAX);
}

int
wcsncasecmp(const wchar_t *a, const wchar_t *b, size_t len)
{
	for (; len > 0; a++, b++, len--) {
		wint_t x = towlower(*a), y = towlower(*b);

		if (x != y || *a == L'\0')
			return x < y ? -1 : x > y;
	}
	return 0;
}

int
wcscasecmp(const wchar_t *a, const wchar_t *b)
{
	return wcsncasecmp(a, b, SIZE_MAX);
}

int
wcscoll(const wchar_t *a, const wchar_t *b)
{
	return wcsncmp(a, b, SIZE_MAX);
}

size_t
wcsxfrm(wchar_t *dst, const wchar_t *src, size_t size)
{
	return wcslcpy(dst, src, size);
}
