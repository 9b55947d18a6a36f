/* lockf(3): record locks of fcntl(2), from the current offset on. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int
lockf(int fd, int function, off_t length)
{
	struct flock fl = { .l_whence = SEEK_CUR, .l_len = length, .l_type = F_WRLCK };

	switch (function) {
	case F_ULOCK:
		fl.l_type = F_UNLCK;
		return fcntl(fd, F_SETLK, &fl);
	case F_LOCK:
		return fcntl(fd, F_SETLKW, &fl);
	case F_TLOCK:
		return fcntl(fd, F_SETLK, &fl);
	case F_TEST:
		if (fcntl(fd, F_GETLK, &fl) == -1)
			return -1;
		if (fl.l_type == F_UNLCK || fl.l_pid == getpid())
			return 0;
		errno = EAGAIN;
		return -1;
	default:
		errno = EINVAL;
		return -1;
	}
}
