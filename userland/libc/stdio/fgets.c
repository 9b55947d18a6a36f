#include <string.h>

#include "local.h"

char *
fgets(char *restrict buf, int size, FILE *restrict fp)
{
	LOCKED(fp);
	char *to = buf;
	size_t left;

	if (size <= 0)
		return NULL;
	for (left = (size_t)size - 1; left > 0;) {
		const unsigned char *newline;
		size_t n;

		if (fp->_r <= 0 && __stdio_refill(fp) == EOF) {
			if (to == buf || fp->_flags & __SERR)
				return NULL;
			break;
		}
		n = (size_t)fp->_r < left ? (size_t)fp->_r : left;
		newline = memchr(fp->_p, '\n', n);
		if (newline != NULL)
			n = (size_t)(newline + 1 - fp->_p);
		memcpy(to, fp->_p, n);
		fp->_p += n;
		fp->_r -= (int)n;
		to += n;
		left -= n;
		if (newline != NULL)
			break;
	}
	*to = '\0';
	return buf;
}
