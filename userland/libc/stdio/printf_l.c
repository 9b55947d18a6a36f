/* The locale_t variants: there is one locale, so they differ only in their argument. */

#include <stdarg.h>

#include "local.h"

int
vfprintf_l(FILE *restrict fp, locale_t locale, const char *restrict format, va_list ap)
{
	(void)locale;
	return vfprintf(fp, format, ap);
}

int
vprintf_l(locale_t locale, const char *restrict format, va_list ap)
{
	(void)locale;
	return vprintf(format, ap);
}

int
vasprintf_l(char **restrict result, locale_t locale, const char *restrict format, va_list ap)
{
	(void)locale;
	return vasprintf(result, format, ap);
}

int
vdprintf_l(int fd, locale_t locale, const char *restrict format, va_list ap)
{
	(void)locale;
	return vdprintf(fd, format, ap);
}

int
vsnprintf_l(char *restrict buf, size_t size, locale_t locale, const char *restrict format, va_list ap)
{
	(void)locale;
	return vsnprintf(buf, size, format, ap);
}

int
vsprintf_l(char *restrict buf, locale_t locale, const char *restrict format, va_list ap)
{
	(void)locale;
	return vsprintf(buf, format, ap);
}

int
fprintf_l(FILE *restrict fp, locale_t locale, const char *restrict format, ...)
{
	va_list ap;
	int n;

	(void)locale;
	va_start(ap, format);
	n = vfprintf(fp, format, ap);
	va_end(ap);
	return n;
}

int
printf_l(locale_t locale, const char *restrict format, ...)
{
	va_list ap;
	int n;

	(void)locale;
	va_start(ap, format);
	n = vfprintf(stdout, format, ap);
	va_end(ap);
	return n;
}

int
asprintf_l(char **restrict result, locale_t locale, const char *restrict format, ...)
{
	va_list ap;
	int n;

	(void)locale;
	va_start(ap, format);
	n = vasprintf(result, format, ap);
	va_end(ap);
	return n;
}

int
dprintf_l(int fd, locale_t locale, const char *restrict format, ...)
{
	va_list ap;
	int n;

	(void)locale;
	va_start(ap, format);
	n = vdprintf(fd, format, ap);
	va_end(ap);
	return n;
}

int
snprintf_l(char *restrict buf, size_t size, locale_t locale, const char *restrict format, ...)
{
	va_list ap;
	int n;

	(void)locale;
	va_start(ap, format);
	n = vsnprintf(buf, size, format, ap);
	va_end(ap);
	return n;
}

int
sprintf_l(char *restrict buf, locale_t locale, const char *restrict format, ...)
{
	va_list ap;
	int n;

	(void)locale;
	va_start(ap, format);
	n = vsprintf(buf, format, ap);
	va_end(ap);
	return n;
}
