#include <stdarg.h>
#include <stdlib.h>

#include "local.h"

#define FIRST_SIZE 128

int
vasprintf(char **restrict result, const char *restrict format, va_list ap)
{
	struct stream_ext ext = { .line = NULL };
	FILE string = { ._flags = __SWR | __SSTR | __SALC, ._file = -1 };
	char *fitted;
	int n;

	*result = NULL;
	string._ext._base = (unsigned char *)&ext;
	string._bf._base = string._p = malloc(FIRST_SIZE);
	if (string._bf._base == NULL)
		return -1;
	string._bf._size = FIRST_SIZE;
	string._w = FIRST_SIZE - 1;
	n = vfprintf(&string, format, ap);
	if (n < 0) {
		free(string._bf._base);
		return -1;
	}
	*string._p = '\0';
	fitted = realloc(string._bf._base, (size_t)n + 1);
	*result = fitted != NULL ? fitted : (char *)string._bf._base;
	return n;
}

int
asprintf(char **restrict result, const char *restrict format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = vasprintf(result, format, ap);
	va_end(ap);
	return n;
}
