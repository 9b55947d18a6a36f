/*
 * Directory streams on getdents(2).
 *
 * The kernel's records carry no position of their own, so telldir(3) remembers where the buffer that held
 * an entry was read from, and seekdir(3) reads it again.
 */
#include <sys/stat.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BUFFER_SIZE 4096

struct position {
	struct position *next;
	long cookie;
	off_t seek;	/* where the buffer was read from */
	long loc;	/* and where in it */
};

static DIR *
new_stream(int fd, int flags)
{
	DIR *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	d->dd_fd = fd;
	d->dd_len = BUFFER_SIZE;
	d->dd_flags = flags;
	d->dd_buf = malloc(d->dd_len);
	if (d->dd_buf == NULL) {
		free(d);
		return NULL;
	}
	return d;
}

DIR *
__opendir2(const char *path, int flags)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_DIRECTORY | O_CLOEXEC), saved;
	DIR *d;

	if (fd == -1)
		return NULL;
	d = new_stream(fd, flags);
	if (d == NULL) {
		saved = errno;
		close(fd);
		errno = saved;
	}
	return d;
}

DIR *
opendir(const char *path)
{
	return __opendir2(path, DTF_HIDEW | DTF_NODUP);
}

DIR *
fdopendir(int fd)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return NULL;
	if (!S_ISDIR(st.st_mode)) {
		errno = ENOTDIR;
		return NULL;
	}
	if (fcntl(fd, F_SETFD, FD_CLOEXEC) == -1)
		return NULL;
	return new_stream(fd, DTF_HIDEW | DTF_NODUP);
}

static void
forget_positions(DIR *d)
{
	struct position *p = d->dd_internal, *next;

	for (; p != NULL; p = next) {
		next = p->next;
		free(p);
	}
	d->dd_internal = NULL;
}

int
closedir(DIR *d)
{
	int fd = d->dd_fd;

	forget_positions(d);
	free(d->dd_buf);
	free(d);
	return close(fd);
}

#undef dirfd
int dirfd(DIR *);

int
dirfd(DIR *d)
{
	return d->dd_fd;
}

static int
fill(DIR *d)
{
	int got;

	d->dd_seek = lseek(d->dd_fd, 0, SEEK_CUR);
	d->dd_loc = 0;
	d->dd_size = 0;
	got = getdents(d->dd_fd, d->dd_buf, d->dd_len);
	if (got > 0)
		d->dd_size = got;
	return got;
}

static int
hidden(const DIR *d, const struct dirent *entry)
{
	return entry->d_fileno == 0 || (entry->d_type == DT_WHT && (d->dd_flags & DTF_HIDEW) != 0);
}

struct dirent *
readdir(DIR *d)
{
	struct dirent *entry;

	for (;;) {
		if (d->dd_loc >= d->dd_size && fill(d) <= 0)
			return NULL;
		entry = (struct dirent *)(void *)(d->dd_buf + d->dd_loc);
		if (entry->d_reclen < _DIRENT_MINSIZE(entry) || entry->d_reclen > d->dd_size - d->dd_loc) {
			errno = EINVAL;
			return NULL;
		}
		d->dd_loc += entry->d_reclen;
		if (!hidden(d, entry))
			return entry;
	}
}

int
readdir_r(DIR *restrict d, struct dirent *restrict entry, struct dirent **restrict result)
{
	int saved = errno, error;
	struct dirent *got;

	errno = 0;
	got = readdir(d);
	error = errno;
	errno = saved;
	*result = NULL;
	if (got == NULL)
		return error;
	*result = memcpy(entry, got, _DIRENT_SIZE(got));
	return 0;
}

void
rewinddir(DIR *d)
{
	forget_positions(d);
	lseek(d->dd_fd, 0, SEEK_SET);
	d->dd_loc = d->dd_size = 0;
	d->dd_seek = 0;
}

long
telldir(DIR *d)
{
	struct position *p;
	off_t seek = d->dd_seek;
	long loc = d->dd_loc;

	/* Between two buffers, the start of the next is what can be found again. */
	if (loc >= d->dd_size) {
		seek = lseek(d->dd_fd, 0, SEEK_CUR);
		loc = 0;
	}
	for (p = d->dd_internal; p != NULL; p = p->next)
		if (p->seek == seek && p->loc == loc)
			return p->cookie;
	p = malloc(sizeof(*p));
	if (p == NULL)
		return -1;
	p->next = d->dd_internal;
	p->cookie = p->next == NULL ? 1 : p->next->cookie + 1;
	p->seek = seek;
	p->loc = loc;
	d->dd_internal = p;
	return p->cookie;
}

void
seekdir(DIR *d, long cookie)
{
	const struct position *p = d->dd_internal;

	while (p != NULL && p->cookie != cookie)
		p = p->next;
	if (p == NULL)
		return;
	if (p->seek != d->dd_seek || d->dd_size == 0) {
		lseek(d->dd_fd, p->seek, SEEK_SET);
		d->dd_loc = d->dd_size = 0;
		if (p->loc != 0)
			fill(d);
	}
	d->dd_loc = p->loc;
}
