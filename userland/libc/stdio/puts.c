#include <string.h>

#include "local.h"

int
puts(const char *s)
{
	LOCKED(stdout);
	size_t len = strlen(s);

	if (__stdio_write(stdout, s, len) != len)
		return EOF;
	return __stdio_write(stdout, "\n", 1) == 1 ? '\n' : EOF;
}
