/* The locale_t variants: there is one locale, so they differ only in their argument. */

#include <wchar.h>

double
wcstod_l(const wchar_t *restrict s, wchar_t **restrict end, locale_t locale)
{
	(void)locale;
	return wcstod(s, end);
}

float
wcstof_l(const wchar_t *restrict s, wchar_t **restrict end, locale_t locale)
{
	(void)locale;
	return wcstof(s, end);
}

long double
wcstold_l(const wchar_t *restrict s, wchar_t **restrict end, locale_t locale)
{
	(void)locale;
	return wcstold(s, end);
}
