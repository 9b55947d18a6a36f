#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "local.h"
#include "wide_format.h"

int
vfwprintf(FILE *restrict fp, const wchar_t *restrict format, va_list ap)
{
	LOCKED(fp);
	char *bytes = __wide_to_multibyte(format);
	int n;

	if (bytes == NULL)
		return -1;
	fwide(fp, 1);
	n = __stdio_vfprintf(fp, bytes, ap, true);
	free(bytes);
	return n;
}

int
vwprintf(const wchar_t *restrict format, va_list ap)
{
	return vfwprintf(stdout, format, ap);
}

/* Unlike snprintf, what does not fit is an error. */
int
vswprintf(wchar_t *restrict buf, size_t size, const wchar_t *restrict format, va_list ap)
{
	char *bytes = NULL;
	size_t len = 0;
	FILE *memory = open_memstream(&bytes, &len);
	int n;

	if (memory == NULL)
		return -1;
	n = vfwprintf(memory, format, ap);
	if (fclose(memory) == EOF)
		n = -1;
	if (n >= 0 && (size_t)n >= size) {
		errno = EOVERFLOW;
		n = -1;
	}
	if (size > 0) {
		size_t stored = mbstowcs(buf, bytes, size);

		if (stored == (size_t)-1)
			n = -1;
		buf[stored < size ? stored : size - 1] = L'\0';
	}
	free(bytes);
	return n;
}

int
fwprintf(FILE *restrict fp, const wchar_t *restrict format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = vfwprintf(fp, format, ap);
	va_end(ap);
	return n;
}

int
wprintf(const wchar_t *restrict format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = vfwprintf(stdout, format, ap);
	va_end(ap);
	return n;
}

int
swprintf(wchar_t *restrict buf, size_t size, const wchar_t *restrict format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = vswprintf(buf, size, format, ap);
	va_end(ap);
	return n;
}
