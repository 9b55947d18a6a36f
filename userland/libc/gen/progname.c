/* The name a program goes by in its messages. */
#include <stdlib.h>
#include <string.h>

#include "libc_private.h"

const char *
getprogname(void)
{
	return __progname;
}

void
setprogname(const char *name)
{
	const char *slash = strrchr(name, '/');

	__progname = slash == NULL ? name : slash + 1;
}
