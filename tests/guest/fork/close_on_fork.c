/*
 * Close-on-fork over every way to make such a descriptor and every way to make a process (spec C.2, C.12, C.33, E.1):
 * the child does not have it, the parent keeps it; an exec without a fork does not mind.
 */
#define _GNU_SOURCE
#include <sys/event.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/syscall.h>

#include "baton.h"

#define SELF	"/bin/close_on_fork"
#define STACK	32768

enum maker { OPEN, SETFD, DUP3, DUPFD, DUPFD_BOTH, KQUEUE, PIPE_READ, PIPE_WRITE, TERMINAL, MAKERS };
enum way { FORK, VFORK66, VFORK14, CLONE, CLONE_MEMORY, SPAWN, FORK_EXEC, VFORK_EXEC, WAYS };

static char stack[STACK] __attribute__((aligned(16)));
static int other = -1;	/* what making one leaves behind */

static int
make(enum maker maker)
{
	int fds[2], fd;

	other = -1;
	switch (maker) {
	case OPEN:
		return open("/dev/null", O_RDWR | O_CLOFORK);
	case SETFD:
		fd = open("/dev/null", O_RDWR);
		CHECK_EQ(fcntl(fd, F_SETFD, FD_CLOFORK), 0);
		return fd;
	case DUP3:
		return dup3(1, 9, O_CLOFORK);
	case DUPFD:
		return fcntl(1, F_DUPFD_CLOFORK, 5);
	case DUPFD_BOTH:
		return fcntl(1, F_DUPFD_CLOBOTH, 5);
	case KQUEUE:
		return kqueue1(O_CLOFORK);
	case PIPE_READ:
	case PIPE_WRITE:
		CHECK_EQ(pipe2(fds, O_CLOFORK), 0);
		CHECK_EQ(fcntl(fds[0], F_GETFD), FD_CLOFORK);
		CHECK_EQ(fcntl(fds[1], F_GETFD), FD_CLOFORK);
		other = fds[maker == PIPE_READ];
		return fds[maker != PIPE_READ];
	default:
		return posix_openpt(O_RDWR | O_NOCTTY | O_CLOFORK);
	}
}

/* What the child says: whether it has the descriptor. */
static int
has(int fd)
{
	return fcntl(fd, F_GETFD) != -1 || errno != EBADF;
}

static int
cloned(void *fd)
{
	return has(*(int *)fd);
}

static pid_t
child(enum way way, int fd)
{
	char text[16], *args[] = { "close_on_fork", text, NULL };
	pid_t pid = -1;

	snprintf(text, sizeof(text), "%d", fd);
	switch (way) {
	case FORK:
	case FORK_EXEC:
		pid = fork();
		break;
	case VFORK66:
		pid = syscall(66);
		break;
	case VFORK14:
	case VFORK_EXEC:
		pid = vfork();
		break;
	case CLONE:
		return clone(cloned, stack + STACK, SIGCHLD, &fd);
	case CLONE_MEMORY:
		return clone(cloned, stack + STACK, CLONE_VM | CLONE_FS | CLONE_SIGHAND | CLONE_VFORK | SIGCHLD, &fd);
	default:
		CHECK_EQ(posix_spawn(&pid, SELF, NULL, NULL, args, NULL), 0);
		return pid;
	}
	if (pid != 0)
		return pid;
	if (way == FORK_EXEC || way == VFORK_EXEC)
		execv(SELF, args);
	_exit(has(fd));
}

int
main(int argc, char **argv)
{
	int fd, copy;

	if (argc == 2)
		return has(atoi(argv[1]));
	if (argc == 3) {
		/* After an exec without a fork it is there. */
		fd = atoi(argv[1]);
		CHECK(has(fd));
		expect_exit(child(FORK, fd), atoi(argv[2]));
		return 0;
	}
	for (enum maker maker = 0; maker < MAKERS; maker++) {
		for (enum way way = 0; way < WAYS; way++) {
			fd = make(maker);
			CHECK(fd > 2);
			CHECK_EQ(fcntl(fd, F_GETFD), maker == DUPFD_BOTH ? FD_CLOEXEC | FD_CLOFORK : FD_CLOFORK);
			/* Copies made in the old ways have neither flag. */
			copy = dup(fd);
			CHECK_EQ(fcntl(copy, F_GETFD), 0);
			expect_exit(child(way, fd), 0);
			expect_exit(child(way, copy), maker != KQUEUE);
			CHECK(has(fd));
			CHECK_ERRNO(clone(cloned, stack + STACK, CLONE_FILES | SIGCHLD, &fd), EINVAL);
			/* Without the flag it is inherited. */
			CHECK_EQ(fcntl(fd, F_SETFD, 0), 0);
			expect_exit(child(way, fd), maker != KQUEUE);
			CHECK_EQ(close(fd), 0);
			CHECK_EQ(close(copy), 0);
			if (other != -1)
				CHECK_EQ(close(other), 0);
		}
	}
	/* A child of this process has no such descriptor, and may share all it has. */
	fd = make(OPEN);
	pid_t pid = fork();
	if (pid == 0) {
		int null = open("/dev/null", O_RDONLY);

		CHECK(null >= 0);
		expect_exit(clone(cloned, stack + STACK, CLONE_FILES | SIGCHLD, &null), 1);
		_exit(0);
	}
	expect_exit(pid, 0);
	CHECK_EQ(dup2(fd, 20), 20);
	CHECK_EQ(fcntl(20, F_SETFD, FD_CLOFORK), 0);
	execl(SELF, "close_on_fork", "20", "0", NULL);
	return 1;
}
