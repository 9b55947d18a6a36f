#include <errno.h>

#include "local.h"

/* Terminal output shows what it has before terminal input waits. What another thread is writing, it will show. */
static int
flush_line_buffered(FILE *fp)
{
	int result;

	if ((fp->_flags & (__SLBF | __SWR)) != (__SLBF | __SWR))
		return 0;
	if (!__isthreaded)
		return __stdio_flush(fp);
	if (!__stdio_trylock(fp))
		return 0;
	result = __stdio_flush(fp);
	__stdio_unlock(fp);
	return result;
}

int
__stdio_reading(FILE *fp)
{
	if (fp->_flags & __SRD)
		return 0;
	if (!(fp->_flags & __SRW)) {
		errno = EBADF;
		fp->_flags |= __SERR;
		return EOF;
	}
	if (fp->_flags & __SWR) {
		if (__stdio_flush(fp) == EOF)
			return EOF;
		fp->_flags &= (unsigned short)~__SWR;
		fp->_w = fp->_lbfsize = 0;
	}
	fp->_flags |= __SRD;
	fp->_r = 0;
	return 0;
}

/* One read from the file itself; keeps the end and error indicators. */
ssize_t
__stdio_read(FILE *fp, void *buf, size_t len)
{
	ssize_t n;

	if (fp->_flags & (__SLBF | __SNBF))
		__stdio_each(flush_line_buffered);
	if (fp->_read == NULL) {
		errno = EBADF;
		n = -1;
	} else
		n = fp->_read(fp->_cookie, buf, len);
	if (n <= 0)
		fp->_flags |= n == 0 ? __SEOF : __SERR;
	return n;
}

/* Make _r positive, or return EOF. */
int
__stdio_refill(FILE *fp)
{
	ssize_t n;

	fp->_r = 0;
	if (__stdio_reading(fp) == EOF)
		return EOF;
	if (has_pushback(fp)) {
		__stdio_drop_pushback(fp);
		fp->_p = fp->_up;
		fp->_r = fp->_ur;
		if (fp->_r > 0)
			return 0;
	}
	/* The end of a terminal's input stays the end until clearerr(). */
	if (fp->_flags & __SEOF)
		return EOF;
	if (fp->_bf._base == NULL)
		__stdio_make_buffer(fp);
	fp->_p = fp->_bf._base;
	n = __stdio_read(fp, fp->_bf._base, (size_t)fp->_bf._size);
	if (n <= 0)
		return EOF;
	fp->_r = (int)n;
	return 0;
}

/* getc() on an empty buffer. */
int
__srget(FILE *fp)
{
	if (__stdio_refill(fp) == EOF)
		return EOF;
	fp->_r--;
	return *fp->_p++;
}
