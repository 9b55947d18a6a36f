/* The locale_t variants: there is one locale, so they differ only in their argument. */

#include <stdarg.h>
#include <wchar.h>

int
vfwprintf_l(FILE *restrict fp, locale_t locale, const wchar_t *restrict format, va_list ap)
{
	(void)locale;
	return vfwprintf(fp, format, ap);
}

int
vwprintf_l(locale_t locale, const wchar_t *restrict format, va_list ap)
{
	(void)locale;
	return vwprintf(format, ap);
}

int
vswprintf_l(wchar_t *restrict buf, size_t size, locale_t locale, const wchar_t *restrict format, va_list ap)
{
	(void)locale;
	return vswprintf(buf, size, format, ap);
}

int
fwprintf_l(FILE *restrict fp, locale_t locale, const wchar_t *restrict format, ...)
{
	va_list ap;
	int n;

	(void)locale;
	va_start(ap, format);
	n = vfwprintf(fp, format, ap);
	va_end(ap);
	return n;
}

int
wprintf_l(locale_t locale, const wchar_t *restrict format, ...)
{
	va_list ap;
	int n;

	(void)locale;
	va_start(ap, format);
	n = vwprintf(format, ap);
	va_end(ap);
	return n;
}

int
swprintf_l(wchar_t *restrict buf, size_t size, locale_t locale, const wchar_t *restrict format, ...)
{
	va_list ap;
	int n;

	(void)locale;
	va_start(ap, format);
	n = vswprintf(buf, size, format, ap);
	va_end(ap);
	return n;
}
