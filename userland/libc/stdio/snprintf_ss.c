/* NetBSD's signal-safe variants: vsnprintf here never allocates unless positions are named. */

#include <stdarg.h>

#include "local.h"

int
vsnprintf_ss(char *restrict buf, size_t size, const char *restrict format, va_list ap)
{
	return vsnprintf(buf, size, format, ap);
}

int
snprintf_ss(char *restrict buf, size_t size, const char *restrict format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(buf, size, format, ap);
	va_end(ap);
	return n;
}
