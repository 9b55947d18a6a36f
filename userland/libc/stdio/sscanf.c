#include <limits.h>
#include <stdarg.h>
#include <string.h>

#include "local.h"

static ssize_t
nothing_more(void *cookie, void *buf, size_t len)
{
	(void)cookie;
	(void)buf;
	(void)len;
	return 0;
}

int
vsscanf(const char *restrict s, const char *restrict format, va_list ap)
{
	struct stream_ext ext = { .line = NULL };
	size_t len = strlen(s);
	FILE string = {
		._flags = __SRD | __SSTR, ._file = -1, ._read = nothing_more,
		._r = len > INT_MAX ? INT_MAX : (int)len,
	};
	int n;

	string._bf._base = string._p = (unsigned char *)(uintptr_t)s;
	string._bf._size = string._r;
	string._ext._base = (unsigned char *)&ext;
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
