#include <errno.h>

#include "local.h"

static int
flush_if_writing(FILE *fp)
{
	if ((fp->_flags & __SWR) == 0)
		return 0;
	/* It may have been closed, and opened again, before the lock was got. */
	LOCKED(fp);
	return fp->_flags & __SWR ? __stdio_flush(fp) : 0;
}

/*
 * For input, POSIX: the descriptor's offset becomes the stream's position, so
 * that another reader of the same file goes on where this one stopped.
 */
static int
give_back_input(FILE *fp)
{
	int saved = errno;
	off_t unread = fp->_r;

	if (has_pushback(fp)) {
		__stdio_drop_pushback(fp);
		unread = fp->_ur;
	}
	if (unread > 0 && fp->_seek != NULL &&
	    fp->_seek(fp->_cookie, -unread, SEEK_CUR) == -1) {
		/* A pipe or a terminal: what was read stays readable. */
		fp->_r = (int)unread;
		errno = saved;
		return 0;
	}
	fp->_r = 0;
	fp->_p = fp->_bf._base;
	return 0;
}

int
fflush(FILE *fp)
{
	if (fp == NULL)
		return __stdio_each(flush_if_writing);
	LOCKED(fp);
	if (fp->_flags & __SWR)
		return __stdio_flush(fp);
	if (fp->_flags & __SRD)
		return give_back_input(fp);
	if (fp->_flags & __SRW)
		return 0;
	errno = EBADF;
	return EOF;
}

/* Forget what is buffered, in either direction. */
int
fpurge(FILE *fp)
{
	LOCKED(fp);
	if (fp->_flags == 0) {
		errno = EBADF;
		return EOF;
	}
	__stdio_drop_pushback(fp);
	fp->_p = fp->_bf._base;
	fp->_r = 0;
	if (fp->_flags & __SWR)
		__stdio_set_room(fp);
	return 0;
}
