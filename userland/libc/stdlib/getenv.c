#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "environ.h"

char **
__env_find(const char *name, size_t len)
{
	if (environ == NULL)
		return NULL;
	for (char **slot = environ; *slot != NULL; slot++)
		if (strncmp(*slot, name, len) == 0 && (*slot)[len] == '=')
			return slot;
	return NULL;
}

char *
getenv(const char *name)
{
	size_t len = strlen(name);
	char **slot;

	/* A name never holds '=', so such a request must not match. */
	if (len == 0 || memchr(name, '=', len) != NULL)
		return NULL;
	slot = __env_find(name, len);
	return slot == NULL ? NULL : *slot + len + 1;
}

int
getenv_r(const char *name, char *buf, size_t size)
{
	const char *value = getenv(name);

	if (value == NULL) {
		errno = ENOENT;
		return -1;
	}
	if (strlcpy(buf, value, size) >= size) {
		errno = ERANGE;
		return -1;
	}
	return 0;
}
