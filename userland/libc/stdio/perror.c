#include <errno.h>
#include <string.h>

#include "local.h"

void
perror(const char *prefix)
{
	char text[128];
	int error = errno;

	strerror_r(error, text, sizeof(text));
	if (prefix != NULL && *prefix != '\0')
		fprintf(stderr, "%s: %s\n", prefix, text);
	else
		fprintf(stderr, "%s\n", text);
	errno = error;
}
