/* The locale_t variants: there is one locale, so they differ only in their argument. */

#include <time.h>
#include <wchar.h>

size_t
wcsftime_l(wchar_t *restrict buf, size_t size, const wchar_t *restrict format, const struct tm *restrict tm, locale_t locale)
{
	(void)locale;
	return wcsftime(buf, size, format, tm);
}
