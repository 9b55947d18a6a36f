#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "local.h"

/* Give up everything of the old stream but the FILE and the descriptor number. */
static void
let_go(FILE *fp)
{
	struct stream_ext *ext = stream_ext(fp);

	if (fp->_flags & __SWR)
		__stdio_flush(fp);
	__stdio_drop_pushback(fp);
	if (fp->_flags & __SMBF)
		free(fp->_bf._base);
	free(ext->line);
	stream_ext_clear(ext);
	fp->_p = fp->_bf._base = NULL;
	fp->_bf._size = fp->_r = fp->_w = fp->_lbfsize = 0;
}

/* With no path only the mode changes, as far as the descriptor allows it. */
static int
change_mode(FILE *fp, int flags, int open_flags)
{
	int have = fcntl(fileno(fp), F_GETFL);

	if (have == -1)
		return -1;
	if ((have & O_ACCMODE) != O_RDWR && (have & O_ACCMODE) != (open_flags & O_ACCMODE)) {
		errno = EBADF;
		return -1;
	}
	if ((open_flags ^ have) & O_APPEND)
		fcntl(fileno(fp), F_SETFL, have ^ O_APPEND);
	if (open_flags & O_TRUNC)
		ftruncate(fileno(fp), 0);
	lseek(fileno(fp), 0, open_flags & O_APPEND ? SEEK_END : SEEK_SET);
	fp->_flags = (unsigned short)flags;
	return 0;
}

FILE *
freopen(const char *restrict path, const char *restrict mode, FILE *restrict fp)
{
	FILE *locked = stream_lock(fp);
	int open_flags, flags = __stdio_mode(mode, &open_flags);
	int old = fp->_flags != 0 ? fileno(fp) : -1, fd, saved, is_open = fp->_flags != 0;

	if (flags == 0) {
		stream_unlock(&locked);
		fclose(fp);
		return NULL;
	}
	if (is_open)
		let_go(fp);
	if (path == NULL) {
		if (change_mode(fp, flags, open_flags) == 0) {
			stream_unlock(&locked);
			return fp;
		}
		saved = errno;
		stream_unlock(&locked);
		fclose(fp);
		errno = saved;
		return NULL;
	}
	fd = open(path, open_flags, 0666);
	saved = errno;
	if (is_open && old == -1 && fp->_close != NULL)
		fp->_close(fp->_cookie);
	if (fd == -1) {
		if (old != -1)
			close(old);
		stream_unlock(&locked);
		__stdio_delete(fp);
		errno = saved;
		return NULL;
	}
	/* Keep the number: a program that reopens stdout means descriptor 1. */
	if (old != -1 && fd != old) {
		if (dup3(fd, old, open_flags & O_CLOEXEC) != -1) {
			close(fd);
			fd = old;
		} else
			close(old);
	}
	__stdio_attach(fp, fd, flags);
	stream_unlock(&locked);
	return fp;
}
