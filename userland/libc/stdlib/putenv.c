#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "environ.h"

/* The string itself becomes part of the environment, and stays the caller's. */
int
putenv(char *assignment)
{
	char *equals = strchr(assignment, '=');

	if (equals == NULL || equals == assignment) {
		errno = EINVAL;
		return -1;
	}
	return __env_put(assignment, (size_t)(equals - assignment), 0);
}
