/* The locale_t variants: there is one locale, so they differ only in their argument. */

#include <inttypes.h>
#include <wchar.h>

long
wcstol_l(const wchar_t *restrict s, wchar_t **restrict end, int base, locale_t locale)
{
	(void)locale;
	return wcstol(s, end, base);
}

long long
wcstoll_l(const wchar_t *restrict s, wchar_t **restrict end, int base, locale_t locale)
{
	(void)locale;
	return wcstoll(s, end, base);
}

unsigned long
wcstoul_l(const wchar_t *restrict s, wchar_t **restrict end, int base, locale_t locale)
{
	(void)locale;
	return wcstoul(s, end, base);
}

unsigned long long
wcstoull_l(const wchar_t *restrict s, wchar_t **restrict end, int base, locale_t locale)
{
	(void)locale;
	return wcstoull(s, end, base);
}

intmax_t
wcstoimax_l(const wchar_t *restrict s, wchar_t **restrict end, int base, locale_t locale)
{
	(void)locale;
	return wcstoimax(s, end, base);
}

uintmax_t
wcstoumax_l(const wchar_t *restrict s, wchar_t **restrict end, int base, locale_t locale)
{
	(void)locale;
	return wcstoumax(s, end, base);
}
