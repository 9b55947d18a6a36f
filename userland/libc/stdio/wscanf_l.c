/* The locale_t variants: there is one locale, so they differ only in their argument. */

#include <stdarg.h>
#include <wchar.h>

int
vfwscanf_l(FILE *restrict fp, locale_t locale, const wchar_t *restrict format, va_list ap)
{
	(void)locale;
	return vfwscanf(fp, format, ap);
}

int
vwscanf_l(locale_t locale, const wchar_t *restrict format, va_list ap)
{
	(void)locale;
	return vwscanf(format, ap);
}

int
vswscanf_l(const wchar_t *restrict s, locale_t locale, const wchar_t *restrict format, va_list ap)
{
	(void)locale;
	return vswscanf(s, format, ap);
}

int
fwscanf_l(FILE *restrict fp, locale_t locale, const wchar_t *restrict format, ...)
{
	va_list ap;
	int n;

	(void)locale;
	va_start(ap, format);
	n = vfwscanf(fp, format, ap);
	va_end(ap);
	return n;
}

int
wscanf_l(locale_t locale, const wchar_t *restrict format, ...)
{
	va_list ap;
	int n;

	(void)locale;
	va_start(ap, format);
	n = vwscanf(format, ap);
	va_end(ap);
	return n;
}

int
swscanf_l(const wchar_t *restrict s, locale_t locale, const wchar_t *restrict format, ...)
{
	va_list ap;
	int n;

	(void)locale;
	va_start(ap, format);
	n = vswscanf(s, format, ap);
	va_end(ap);
	return n;
}
