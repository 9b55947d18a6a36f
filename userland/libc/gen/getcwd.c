/*
 * The name of the current directory, which the kernel knows.
 */
#include <sys/param.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "libc_private.h"

char *
getcwd(char *buffer, size_t size)
{
	char path[MAXPATHLEN];

	if (buffer != NULL) {
		if (size == 0) {
			errno = EINVAL;
			return NULL;
		}
		return __sys_getcwd(buffer, size) == -1 ? NULL : buffer;
	}
	if (__sys_getcwd(path, sizeof(path)) == -1)
		return NULL;
	if (size == 0)
		return strdup(path);
	if (strlen(path) + 1 > size) {
		errno = ERANGE;
		return NULL;
	}
	buffer = malloc(size);
	if (buffer != NULL)
		strcpy(buffer, path);
	return buffer;
}

char *
getwd(char *buffer)
{
	if (__sys_getcwd(buffer, MAXPATHLEN) != -1)
		return buffer;
	strlcpy(buffer, strerror(errno), MAXPATHLEN);
	return NULL;
}
