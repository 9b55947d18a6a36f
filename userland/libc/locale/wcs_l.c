/* The locale_t variants: there is one locale, so they differ only in their argument. */

#include <wchar.h>

int
wcscoll_l(const wchar_t *a, const wchar_t *b, locale_t locale)
{
	(void)locale;
	return wcscoll(a, b);
}

size_t
wcsxfrm_l(wchar_t *dst, const wchar_t *src, size_t size, locale_t locale)
{
	(void)locale;
	return wcsxfrm(dst, src, size);
}

int
wcscasecmp_l(const wchar_t *a, const wchar_t *b, locale_t locale)
{
	(void)locale;
	return wcscasecmp(a, b);
}

int
wcsncasecmp_l(const wchar_t *a, const wchar_t *b, size_t len, locale_t locale)
{
	(void)locale;
	return wcsncasecmp(a, b, len);
}

int
wcwidth_l(wchar_t wc, locale_t locale)
{
	(void)locale;
	return wcwidth(wc);
}

int
wcswidth_l(const wchar_t *s, size_t max, locale_t locale)
{
	(void)locale;
	return wcswidth(s, max);
}
