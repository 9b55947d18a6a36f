/* Processes that share one descriptor table and one working directory (clone with CLONE_FILES, CLONE_FS). */
#define _GNU_SOURCE
#include <sys/stat.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

static char stack[32768];
static int fds[2];

static void
pause_ms(long ms)
{
	struct timespec ts = { ms / 1000, ms % 1000 * 1000000 };

	CHECK_EQ(nanosleep(&ts, NULL), 0);
}

static pid_t
start(int (*function)(void *), int flags)
{
	pid_t pid;

	CHECK((pid = clone(function, stack + sizeof stack, flags | SIGCHLD, NULL)) > 0);
	return pid;
}

static void
reap(pid_t pid, int code)
{
	int status;

	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, code << 8);
}

static int
opens_and_closes(void *arg)
{
	CHECK_EQ(open("/dev/null", O_RDONLY), 5);
	CHECK_EQ(close(4), 0);
	CHECK_EQ(chdir("/dev"), 0);
	umask(077);
	return 7;
}

/* Sleeps in a read of a descriptor that the other process closes. */
static int
reads(void *arg)
{
	char c;

	CHECK_ERRNO(read(fds[0], &c, 1), EBADF);
	return 8;
}

static int
closes_by_exec(void *arg)
{
	execl("/bin/shared_table", "shared_table", "exec", (char *)NULL);
	return 1;
}

int
main(int argc, char **argv)
{
	char cwd[64];
	pid_t pid;

	if (argc > 1) {
		/* After exec the table is our own, without the close-on-exec descriptor. */
		CHECK_EQ(fcntl(3, F_GETFD), 0);
		CHECK_ERRNO(fcntl(4, F_GETFD), EBADF);
		CHECK_EQ(close(3), 0);
		return 9;
	}
	CHECK_EQ(open("/dev/null", O_RDONLY), 3);
	CHECK_EQ(open("/dev/null", O_RDONLY), 4);
	reap(start(opens_and_closes, CLONE_FILES | CLONE_FS), 7);
	CHECK_ERRNO(close(4), EBADF);
	CHECK_EQ(close(5), 0);
	CHECK_STR(getcwd(cwd, sizeof cwd), "/dev");
	CHECK_EQ(umask(022), 077);

	CHECK_EQ(pipe(fds), 0);
	pid = start(reads, CLONE_FILES);
	pause_ms(20);
	CHECK_EQ(close(fds[0]), 0);
	reap(pid, 8);
	CHECK_EQ(close(fds[1]), 0);

	CHECK_EQ(fcntl(3, F_DUPFD_CLOEXEC, 4), 4);
	reap(start(closes_by_exec, CLONE_FILES), 9);
	CHECK_EQ(fcntl(3, F_GETFD), 0);
	CHECK_EQ(fcntl(4, F_GETFD), FD_CLOEXEC);

	CHECK_EQ(fcntl(4, F_SETFD, FD_CLOFORK), 0);
	CHECK_EQ(clone(opens_and_closes, stack + sizeof stack, CLONE_FILES | SIGCHLD, NULL), -1);
	CHECK_EQ(errno, EINVAL);
	return 0;
}
