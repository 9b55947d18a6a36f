#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <wchar.h>

size_t
wcsftime(wchar_t *restrict buf, size_t size, const wchar_t *restrict format,
    const struct tm *restrict tm)
{
	size_t format_size = wcslen(format) * MB_CUR_MAX + 1, bytes_size = size * MB_CUR_MAX, n = 0;
	char *narrow = malloc(format_size), *bytes = malloc(bytes_size + 1);

	if (narrow != NULL && bytes != NULL && size > 0 &&
	    wcstombs(narrow, format, format_size) != (size_t)-1 &&
	    strftime(bytes, bytes_size, narrow, tm) > 0) {
		n = mbstowcs(buf, bytes, size);
		if (n == (size_t)-1 || n >= size) {
			errno = ERANGE;
			n = 0;
		}
	}
	free(narrow);
	free(bytes);
	return n;
}
