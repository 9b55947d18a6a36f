#include <string.h>

#include "local.h"

/*
 * The next line without copying it, when the buffer holds it whole; otherwise
 * assembled in a buffer of the stream's own.  Not NUL terminated.
 */
char *
fgetln(FILE *restrict fp, size_t *restrict len)
{
	LOCKED(fp);
	struct stream_ext *ext = stream_ext(fp);
	unsigned char *newline;
	ssize_t n;

	if (fp->_r <= 0 && __stdio_refill(fp) == EOF) {
		*len = 0;
		return NULL;
	}
	newline = memchr(fp->_p, '\n', (size_t)fp->_r);
	if (newline != NULL) {
		char *line = (char *)fp->_p;

		*len = (size_t)(newline + 1 - fp->_p);
		fp->_p += *len;
		fp->_r -= (int)*len;
		return line;
	}
	n = getline(&ext->line, &ext->line_size, fp);
	*len = n < 0 ? 0 : (size_t)n;
	return n < 0 ? NULL : ext->line;
}
