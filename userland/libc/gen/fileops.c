/*
 * File calls of the C library that are another system call with some arguments fixed.
 */
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/time.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>
#include <utime.h>

#include "libc_private.h"

int
creat(const char *path, mode_t mode)
{
	return open(path, O_WRONLY | O_CREAT | O_TRUNC, mode);
}

int
closefrom(int fd)
{
	return fcntl(fd, F_CLOSEM, 0);
}

int
posix_fadvise(int fd, off_t offset, off_t length, int advice)
{
	return __posix_fadvise50(fd, 0, offset, length, advice);
}

int
posix_madvise(void *address, size_t length, int advice)
{
	int saved = errno, error;

	if (madvise(address, length, advice) == 0)
		return 0;
	error = errno;
	errno = saved;
	return error;
}

int
utime(const char *path, const struct utimbuf *times)
{
	struct timeval tv[2] = { { .tv_usec = 0 }, { .tv_usec = 0 } };

	if (times == NULL)
		return utimes(path, NULL);
	tv[0].tv_sec = times->actime;
	tv[1].tv_sec = times->modtime;
	return utimes(path, tv);
}

int
utimens(const char *path, const struct timespec *times)
{
	return utimensat(AT_FDCWD, path, times, 0);
}

int
lutimens(const char *path, const struct timespec *times)
{
	return utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW);
}

int
statvfs(const char *restrict path, struct statvfs *restrict result)
{
	return statvfs1(path, result, ST_WAIT);
}

int
fstatvfs(int fd, struct statvfs *result)
{
	return fstatvfs1(fd, result, ST_WAIT);
}

int
fhstatvfs(const void *handle, size_t size, struct statvfs *result)
{
	return fhstatvfs1(handle, size, result, ST_WAIT);
}

/* The list is kept for the next call to reuse; callers must not free it. */
int
getmntinfo(struct statvfs **list, int flags)
{
	static struct statvfs *mounts;
	static size_t room;
	int count;

	for (;;) {
		count = getvfsstat(NULL, 0, ST_NOWAIT);
		if (count <= 0)
			return 0;
		/* One more than there are, so that a mount in between is noticed. */
		if ((size_t)count + 1 > room) {
			if (reallocarr(&mounts, count + 1, sizeof(*mounts)) != 0)
				return 0;
			room = count + 1;
		}
		count = getvfsstat(mounts, room * sizeof(*mounts), flags);
		if (count <= 0)
			return 0;
		if ((size_t)count < room)
			break;
	}
	*list = mounts;
	return count;
}

int
ppoll(struct pollfd *restrict fds, nfds_t count, const struct timespec *restrict timeout,
    const sigset_t *restrict mask)
{
	return pollts(fds, count, timeout, mask);
}

ssize_t
send(int s, const void *data, size_t length, int flags)
{
	return sendto(s, data, length, flags, NULL, 0);
}

ssize_t
recv(int s, void *data, size_t length, int flags)
{
	return recvfrom(s, data, length, flags, NULL, NULL);
}

int
accept4(int s, struct sockaddr *restrict name, socklen_t *restrict length, int flags)
{
	return paccept(s, name, length, NULL, flags);
}

int
sockatmark(int s)
{
	int at_mark;

	return ioctl(s, SIOCATMARK, &at_mark) == -1 ? -1 : at_mark;
}

int
eventfd_read(int fd, eventfd_t *value)
{
	return read(fd, value, sizeof(*value)) == sizeof(*value) ? 0 : -1;
}

int
eventfd_write(int fd, eventfd_t value)
{
	return write(fd, &value, sizeof(value)) == sizeof(value) ? 0 : -1;
}
