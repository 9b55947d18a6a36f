#include <stdarg.h>

#include "local.h"

int
printf(const char *restrict format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = vfprintf(stdout, format, ap);
	va_end(ap);
	return n;
}

int
fprintf(FILE *restrict fp, const char *restrict format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = vfprintf(fp, format, ap);
	va_end(ap);
	return n;
}

int
vprintf(const char *restrict format, va_list ap)
{
	return vfprintf(stdout, format, ap);
}
