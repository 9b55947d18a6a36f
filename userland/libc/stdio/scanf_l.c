/* The locale_t variants: there is one locale, so they differ only in their argument. */

#include <stdarg.h>

#include "local.h"

int
vfscanf_l(FILE *restrict fp, locale_t locale, const char *restrict format, va_list ap)
{
	(void)locale;
	return vfscanf(fp, format, ap);
}

int
vscanf_l(locale_t locale, const char *restrict format, va_list ap)
{
	(void)locale;
	return vscanf(format, ap);
}

int
vsscanf_l(const char *restrict s, locale_t locale, const char *restrict format, va_list ap)
{
	(void)locale;
	return vsscanf(s, format, ap);
}

int
fscanf_l(FILE *restrict fp, locale_t locale, const char *restrict format, ...)
{
	va_list ap;
	int n;

	(void)locale;
	va_start(ap, format);
	n = vfscanf(fp, format, ap);
	va_end(ap);
	return n;
}

int
scanf_l(locale_t locale, const char *restrict format, ...)
{
	va_list ap;
	int n;

	(void)locale;
	va_start(ap, format);
	n = vfscanf(stdin, format, ap);
	va_end(ap);
	return n;
}

int
sscanf_l(const char *restrict s, locale_t locale, const char *restrict format, ...)
{
	va_list ap;
	int n;

	(void)locale;
	va_start(ap, format);
	n = vsscanf(s, format, ap);
	va_end(ap);
	return n;
}
