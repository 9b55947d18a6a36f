#include <string.h>

#include "local.h"

int
fputs(const char *restrict s, FILE *restrict fp)
{
	LOCKED(fp);
	size_t len = strlen(s);

	return __stdio_write(fp, s, len) == len ? 0 : EOF;
}
