#include <limits.h>
#include <stdarg.h>
#include <string.h>

#include "local.h"

int
vscanf(const char *restrict format, va_list ap)
{
	return vfscanf(stdin, format, ap);
}

int
scanf(const char *restrict format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = vfscanf(stdin, format, ap);
	va_end(ap);
	return n;
}

int
fscanf(FILE *restrict fp, const char *restrict format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = vfscanf(fp, format, ap);
	va_end(ap);
	return n;
}
