#include <stdarg.h>

#include "local.h"

int
vdprintf(int fd, const char *restrict format, va_list ap)
{
	struct stream_ext ext = { .line = NULL };
	unsigned char buffer[512];
	FILE fp = { ._p = buffer, ._bf = { buffer, sizeof(buffer) } };
	int n;

	__stdio_attach(&fp, fd, __SWR);
	fp._ext._base = (unsigned char *)&ext;
	__stdio_set_room(&fp);
	n = vfprintf(&fp, format, ap);
	return __stdio_flush(&fp) == EOF ? -1 : n;
}

int
dprintf(int fd, const char *restrict format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = vdprintf(fd, format, ap);
	va_end(ap);
	return n;
}
