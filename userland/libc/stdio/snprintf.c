#include <errno.h>
#include <limits.h>
#include <stdarg.h>

#include "local.h"
#include "wide_format.h"

int
vsnprintf(char *restrict buf, size_t size, const char *restrict format, va_list ap)
{
	struct stream_ext ext;
	unsigned char nothing[1];
	FILE string;
	int n;

	/* Set by hand: clearing the whole of a FILE costs more than a short conversion. */
	ext.pushback._base = NULL;
	string._flags = __SWR | __SSTR;
	string._file = -1;
	string._flush = NULL;
	string._ext._base = (unsigned char *)&ext;
	string._bf._base = string._p = size > 0 ? (unsigned char *)buf : nothing;
	string._r = string._lbfsize = 0;
	string._w = size == 0 ? 0 : size > INT_MAX ? INT_MAX : (int)size - 1;
	string._bf._size = string._w;
	n = __stdio_vfprintf(&string, format, ap, false);
	if (size > 0)
		*string._p = '\0';
	return n;
}

int
snprintf(char *restrict buf, size_t size, const char *restrict format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(buf, size, format, ap);
	va_end(ap);
	return n;
}

int
vsprintf(char *restrict buf, const char *restrict format, va_list ap)
{
	return vsnprintf(buf, INT_MAX, format, ap);
}

int
sprintf(char *restrict buf, const char *restrict format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(buf, INT_MAX, format, ap);
	va_end(ap);
	return n;
}
