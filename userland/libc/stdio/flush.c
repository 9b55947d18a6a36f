#include <errno.h>
#include <string.h>

#include "local.h"

/*
 * Write the first len bytes held and move the rest to the front.  On an error
 * what was not written stays, so that a later attempt can succeed.
 */
int
__stdio_flush_part(FILE *fp, size_t len)
{
	unsigned char *base = fp->_bf._base;
	size_t held, done = 0;
	int result = 0;

	if (base == NULL || fp->_flags & __SSTR)
		return 0;
	held = bytes_held(fp);
	while (done < len) {
		ssize_t n = fp->_write == NULL ? -1 : fp->_write(fp->_cookie, base + done, len - done);

		if (n <= 0) {
			fp->_flags |= __SERR;
			result = EOF;
			break;
		}
		done += (size_t)n;
	}
	if (done < held)
		memmove(base, base + done, held - done);
	fp->_p = base + (held - done);
	__stdio_set_room(fp);
	return result;
}

int
__stdio_flush(FILE *fp)
{
	if (fp->_bf._base != NULL && __stdio_flush_part(fp, bytes_held(fp)) == EOF)
		return EOF;
	return fp->_flush != NULL ? fp->_flush(fp->_cookie) : 0;
}
