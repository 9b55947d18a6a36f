#include <stdarg.h>
#include <stdlib.h>

#include "string_stream.h"
#include "wide_format.h"

int
vfwscanf(FILE *restrict fp, const wchar_t *restrict format, va_list ap)
{
	LOCKED(fp);
	char *bytes = __wide_to_multibyte(format);
	int n;

	if (bytes == NULL)
		return EOF;
	fwide(fp, 1);
	n = __stdio_vfscanf(fp, bytes, ap, true);
	free(bytes);
	return n;
}

int
vwscanf(const wchar_t *restrict format, va_list ap)
{
	return vfwscanf(stdin, format, ap);
}

int
vswscanf(const wchar_t *restrict s, const wchar_t *restrict format, va_list ap)
{
	char *bytes = __wide_to_multibyte(s);
	struct stream_ext ext;
	FILE string;
	int n;

	if (bytes == NULL)
		return EOF;
	open_string(&string, &ext, bytes);
	n = vfwscanf(&string, format, ap);
	__stdio_drop_pushback(&string);
	free(bytes);
	return n;
}

int
fwscanf(FILE *restrict fp, const wchar_t *restrict format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = vfwscanf(fp, format, ap);
	va_end(ap);
	return n;
}

int
wscanf(const wchar_t *restrict format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = vfwscanf(stdin, format, ap);
	va_end(ap);
	return n;
}

int
swscanf(const wchar_t *restrict s, const wchar_t *restrict format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = vswscanf(s, format, ap);
	va_end(ap);
	return n;
}
