#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "local.h"

/* FILE keeps the descriptor in a short. */
static int
check_fd(int fd)
{
	if (fd > USHRT_MAX - 1) {
		errno = EMFILE;
		return -1;
	}
	return 0;
}

FILE *
fopen(const char *restrict path, const char *restrict mode)
{
	int open_flags, flags = __stdio_mode(mode, &open_flags), fd;
	FILE *fp;

	if (flags == 0)
		return NULL;
	fp = __stdio_new();
	if (fp == NULL)
		return NULL;
	fd = open(path, open_flags, 0666);
	if (fd == -1 || check_fd(fd) == -1) {
		if (fd != -1)
			close(fd);
		__stdio_delete(fp);
		return NULL;
	}
	__stdio_attach(fp, fd, flags);
	return fp;
}

FILE *
fdopen(int fd, const char *mode)
{
	int open_flags, flags = __stdio_mode(mode, &open_flags), have;
	FILE *fp;

	if (flags == 0 || check_fd(fd) == -1)
		return NULL;
	have = fcntl(fd, F_GETFL);
	if (have == -1)
		return NULL;
	if ((have & O_ACCMODE) != O_RDWR && (have & O_ACCMODE) != (open_flags & O_ACCMODE)) {
		errno = EINVAL;
		return NULL;
	}
	fp = __stdio_new();
	if (fp == NULL)
		return NULL;
	if ((open_flags & O_APPEND) && !(have & O_APPEND))
		fcntl(fd, F_SETFL, have | O_APPEND);
	if (open_flags & O_CLOEXEC)
		fcntl(fd, F_SETFD, FD_CLOEXEC);
	__stdio_attach(fp, fd, flags);
	return fp;
}
