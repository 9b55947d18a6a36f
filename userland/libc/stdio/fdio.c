#include <unistd.h>

#include "local.h"

ssize_t
__stdio_fd_read(void *cookie, void *buf, size_t len)
{
	return read(fileno((FILE *)cookie), buf, len);
}

ssize_t
__stdio_fd_write(void *cookie, const void *buf, size_t len)
{
	return write(fileno((FILE *)cookie), buf, len);
}

off_t
__stdio_fd_seek(void *cookie, off_t offset, int whence)
{
	return lseek(fileno((FILE *)cookie), offset, whence);
}

int
__stdio_fd_close(void *cookie)
{
	return close(fileno((FILE *)cookie));
}

void
__stdio_attach(FILE *fp, int fd, int flags)
{
	fp->_flags = (unsigned short)flags;
	fp->_file = (short)fd;
	fp->_cookie = fp;
	fp->_read = __stdio_fd_read;
	fp->_write = __stdio_fd_write;
	fp->_seek = __stdio_fd_seek;
	fp->_close = __stdio_fd_close;
	fp->_flush = NULL;
}
