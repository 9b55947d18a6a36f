/*
 * Semaphore control and shared memory objects.
 */
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/sem.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SHM_DIRECTORY "/var/shm/"

union argument {
	int val;
	struct semid_ds *buf;
	unsigned short *array;
};

int ____semctl50(int, int, int, union argument *);

/* The last argument is there only for some commands; the kernel takes its address. */
int
semctl(int id, int number, int command, ...)
{
	union argument argument = { .buf = NULL };
	va_list ap;

	va_start(ap, command);
	switch (command) {
	case IPC_SET:
	case IPC_STAT:
	case GETALL:
	case SETVAL:
	case SETALL:
		argument = va_arg(ap, union argument);
		break;
	}
	va_end(ap);
	return ____semctl50(id, number, command, &argument);
}

static int
shm_path(const char *name, char *path, size_t size)
{
	if (*name == '/')
		name++;
	if (*name == '\0' || strchr(name, '/') != NULL) {
		errno = EINVAL;
		return -1;
	}
	if (strlcpy(path, SHM_DIRECTORY, size) >= size || strlcat(path, name, size) >= size) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return 0;
}

int
shm_open(const char *name, int flags, mode_t mode)
{
	char path[PATH_MAX];

	if (shm_path(name, path, sizeof(path)) == -1)
		return -1;
	return open(path, flags | O_CLOEXEC | O_NOFOLLOW, mode);
}

int
shm_unlink(const char *name)
{
	char path[PATH_MAX];

	if (shm_path(name, path, sizeof(path)) == -1)
		return -1;
	return unlink(path);
}
