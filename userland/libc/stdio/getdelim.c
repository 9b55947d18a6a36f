#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "local.h"

static int
grow(char **line, size_t *size, size_t need)
{
	size_t larger = *size < 64 ? 128 : *size;
	char *grown;

	if (need <= *size)
		return 0;
	if (need > SSIZE_MAX) {
		errno = EOVERFLOW;
		return -1;
	}
	while (larger < need)
		larger *= 2;
	grown = realloc(*line, larger);
	if (grown == NULL)
		return -1;
	*line = grown;
	*size = larger;
	return 0;
}

ssize_t
getdelim(char **restrict line, size_t *restrict size, int delimiter, FILE *restrict fp)
{
	LOCKED(fp);
	size_t len = 0;

	if (line == NULL || size == NULL) {
		errno = EINVAL;
		return -1;
	}
	if (*line == NULL)
		*size = 0;
	for (;;) {
		const unsigned char *end;
		size_t n;

		if (fp->_r <= 0 && __stdio_refill(fp) == EOF) {
			if (len == 0 || fp->_flags & __SERR)
				return -1;
			break;
		}
		end = memchr(fp->_p, delimiter, (size_t)fp->_r);
		n = end == NULL ? (size_t)fp->_r : (size_t)(end + 1 - fp->_p);
		if (grow(line, size, len + n + 1) != 0) {
			fp->_flags |= __SERR;
			return -1;
		}
		memcpy(*line + len, fp->_p, n);
		fp->_p += n;
		fp->_r -= (int)n;
		len += n;
		if (end != NULL)
			break;
	}
	(*line)[len] = '\0';
	return (ssize_t)len;
}

ssize_t
getline(char **restrict line, size_t *restrict size, FILE *restrict fp)
{
	return getdelim(line, size, '\n', fp);
}
