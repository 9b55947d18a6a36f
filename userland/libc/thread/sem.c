/*
 * Semaphores. The eight bytes of a sem_t are the semaphore itself: its value, and how many wait. So one in
 * shared memory works between processes, and a named one is a file that those who opened it have mapped.
 */
#include <sys/mman.h>
#include <sys/stat.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <semaphore.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "thread.h"

#define DIRECTORY	"/var/shm/"
#define PREFIX		"sem."
#define LARGEST		0x7fffffffu

struct semaphore {
	unsigned int value;
	unsigned int waiters;
};

_Static_assert(sizeof(struct semaphore) == sizeof(sem_t), "a semaphore in place");

struct named {
	struct named *next;
	sem_t *semaphore;
	ino_t inode;
	int opens;
};

static struct named *named_list;
LIBC_LOCK named_lock;

static struct semaphore *
in(sem_t *sem)
{
	return (struct semaphore *)(void *)sem;
}

static int
fail(int error)
{
	errno = error;
	return -1;
}

int
sem_init(sem_t *sem, int shared, unsigned int value)
{
	(void)shared;
	if (value > LARGEST)
		return fail(EINVAL);
	*in(sem) = (struct semaphore){ .value = value };
	return 0;
}

int
sem_destroy(sem_t *sem)
{
	return in(sem)->waiters != 0 ? fail(EBUSY) : 0;
}

int
sem_getvalue(sem_t *restrict sem, int *restrict value)
{
	*value = __atomic_load_n(&in(sem)->value, __ATOMIC_RELAXED);
	return 0;
}

int
sem_post(sem_t *sem)
{
	struct semaphore *s = in(sem);
	unsigned int value = __atomic_load_n(&s->value, __ATOMIC_RELAXED);

	do
		if (value == LARGEST)
			return fail(EOVERFLOW);
	while (!__atomic_compare_exchange_n(&s->value, &value, value + 1, true, __ATOMIC_RELEASE, __ATOMIC_RELAXED));
	if (__atomic_load_n(&s->waiters, __ATOMIC_ACQUIRE) != 0)
		__thread_futex_wake(&s->value, 1);
	return 0;
}

static bool
take(struct semaphore *s)
{
	unsigned int value = __atomic_load_n(&s->value, __ATOMIC_RELAXED);

	while (value != 0)
		if (__atomic_compare_exchange_n(&s->value, &value, value - 1, true, __ATOMIC_ACQUIRE,
		    __ATOMIC_RELAXED))
			return true;
	return false;
}

int
sem_trywait(sem_t *sem)
{
	return take(in(sem)) ? 0 : fail(EAGAIN);
}

int
sem_timedwait(sem_t *sem, const struct timespec *restrict until)
{
	struct semaphore *s = in(sem);
	pthread_t self = pthread_self();
	int error;

	thread_testcancel(self);
	while (!take(s)) {
		if (until != NULL && (until->tv_nsec < 0 || until->tv_nsec >= 1000000000))
			return fail(EINVAL);
		__atomic_fetch_add(&s->waiters, 1, __ATOMIC_ACQ_REL);
		error = __thread_futex_wait(&s->value, 0, CLOCK_REALTIME, until);
		__atomic_fetch_sub(&s->waiters, 1, __ATOMIC_RELEASE);
		if (error == EINTR)
			thread_testcancel(self);
		if (error != 0 && error != EAGAIN)
			return fail(error);
	}
	return 0;
}

int
sem_wait(sem_t *sem)
{
	return sem_timedwait(sem, NULL);
}

/* -- named ones ------------------------------------------------------------------------------------------- */

static int
path_of(const char *name, char *path, size_t size)
{
	if (*name == '/')
		name++;
	if (*name == '\0' || strchr(name, '/') != NULL)
		return fail(EINVAL);
	strlcpy(path, DIRECTORY PREFIX, size);
	if (strlcat(path, name, size) >= size)
		return fail(ENAMETOOLONG);
	return 0;
}

/* A file whose name is not the semaphore's yet, so that nobody finds one that is not initialized. */
static int
create(const char *path, mode_t mode, unsigned int value)
{
	struct semaphore fresh = { .value = value };
	char temporary[PATH_MAX];
	int fd, error = 0;

	if (value > LARGEST)
		return fail(EINVAL);
	strlcpy(temporary, DIRECTORY ".sem.XXXXXXXX", sizeof(temporary));
	fd = mkstemp(temporary);
	if (fd == -1)
		return -1;
	if (fchmod(fd, mode) == -1 || write(fd, &fresh, sizeof(fresh)) != (ssize_t)sizeof(fresh) ||
	    link(temporary, path) == -1)
		error = errno;
	unlink(temporary);
	if (error == 0)
		return fd;
	close(fd);
	return fail(error);
}

static int
open_file(const char *path, int flags, mode_t mode, unsigned int value)
{
	int fd;

	for (;;) {
		if ((flags & (O_CREAT | O_EXCL)) != (O_CREAT | O_EXCL)) {
			fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
			if (fd != -1 || errno != ENOENT || (flags & O_CREAT) == 0)
				return fd;
		}
		fd = create(path, mode, value);
		if (fd != -1 || errno != EEXIST || (flags & O_EXCL) != 0)
			return fd;
	}
}

/* Whoever opens a name twice gets the same address. Call with the lock held. */
static sem_t *
map(int fd)
{
	struct named *n;
	struct stat st;
	void *memory;

	if (fstat(fd, &st) == -1)
		return SEM_FAILED;
	for (n = named_list; n != NULL; n = n->next)
		if (n->inode == st.st_ino) {
			n->opens++;
			return n->semaphore;
		}
	n = malloc(sizeof(*n));
	if (n == NULL)
		return SEM_FAILED;
	memory = mmap(NULL, sizeof(struct semaphore), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (memory == MAP_FAILED) {
		free(n);
		return SEM_FAILED;
	}
	*n = (struct named){ .next = named_list, .semaphore = memory, .inode = st.st_ino, .opens = 1 };
	named_list = n;
	return memory;
}

sem_t *
sem_open(const char *name, int flags, ...)
{
	char path[PATH_MAX];
	unsigned int value = 0;
	mode_t mode = 0;
	sem_t *sem;
	va_list ap;
	int fd, saved;

	if ((flags & O_CREAT) != 0) {
		va_start(ap, flags);
		mode = va_arg(ap, int);
		value = va_arg(ap, unsigned int);
		va_end(ap);
	}
	if (path_of(name, path, sizeof(path)) == -1)
		return SEM_FAILED;
	fd = open_file(path, flags, mode, value);
	if (fd == -1)
		return SEM_FAILED;
	libc_lock(&named_lock);
	sem = map(fd);
	libc_unlock(&named_lock);
	saved = errno;
	close(fd);
	errno = saved;
	return sem;
}

int
sem_close(sem_t *sem)
{
	struct named *n, **link = &named_list;

	libc_lock(&named_lock);
	while ((n = *link) != NULL && n->semaphore != sem)
		link = &n->next;
	if (n != NULL && --n->opens == 0)
		*link = n->next;
	libc_unlock(&named_lock);
	if (n == NULL)
		return fail(EINVAL);
	if (n->opens == 0) {
		munmap(sem, sizeof(struct semaphore));
		free(n);
	}
	return 0;
}

int
sem_unlink(const char *name)
{
	char path[PATH_MAX];

	return path_of(name, path, sizeof(path)) == -1 ? -1 : unlink(path);
}
