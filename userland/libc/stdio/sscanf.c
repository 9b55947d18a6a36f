#include <stdarg.h>

#include "string_stream.h"

int
vsscanf(const char *restrict s, const char *restrict format, va_list ap)
{
	struct stream_ext ext;
	FILE string;
	int n;

	open_string(&string, &ext, s);
	n = vfscanf(&string, format, ap);
	__stdio_drop_pushback(&string);
	return n;
}

int
sscanf(const char *restrict s, const char *restrict format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsscanf(s, format, ap);
	va_end(ap);
	return n;
}
