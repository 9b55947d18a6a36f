/*
 * A vfork child and exec: success lets the parent go while the new program runs; a failure does not, and the
 * child can still end with _exit (spec C.16).
 */
#include <sys/syscall.h>
#include <fcntl.h>
#include <signal.h>

#include "baton.h"

#define SELF "/bin/vfork_exec"

static char *const no_environment[] = { NULL };

/* The new program waits for the parent: so the parent cannot be waiting for its end. */
static void
test_released_by_exec(long number)
{
	struct baton go = new_baton();
	char fd[8];
	char *arguments[] = { "vfork_exec", fd, NULL };
	pid_t pid;

	snprintf(fd, sizeof(fd), "%d", go.in);
	pid = number == 66 ? syscall(66) : vfork();
	if (pid == 0) {
		execve(SELF, arguments, no_environment);
		_exit(1);
	}
	CHECK_EQ(waitpid(pid, NULL, WNOHANG), 0);
	pass(go);
	expect_exit(pid, 42);
	close(go.in);
	close(go.out);
}

static void
test_failing_exec(void)
{
	volatile int error = 0, order = 0;
	char *arguments[] = { "nothing", NULL };
	pid_t pid = vfork();

	if (pid == 0) {
		execve("/bin/no-such-program", arguments, no_environment);
		error = errno;
		for (int i = 0; i < 20; i++)
			syscall(SYS_sched_yield);
		order = 1;
		_exit(9);
	}
	CHECK_EQ(order, 1);
	CHECK_EQ(error, ENOENT);
	expect_exit(pid, 9);
}

/* Fails, fails, succeeds: like a search along PATH. */
static void
test_exec_after_failures(void)
{
	volatile int failures = 0;
	char *arguments[] = { "vfork_exec", "-", NULL };
	pid_t pid = vfork();

	if (pid == 0) {
		execve("/nowhere/at/all", arguments, no_environment);
		failures += errno == ENOENT;
		execve("/tmp", arguments, no_environment);
		failures += errno == EACCES;
		execve(SELF, arguments, no_environment);
		_exit(1);
	}
	CHECK_EQ(failures, 2);
	expect_exit(pid, 43);
}

/* Descriptors are the child's own, although memory is shared. */
static void
test_descriptors_private(void)
{
	int fd = open("/dev/null", O_RDWR);
	pid_t pid;

	CHECK(fd >= 0);
	pid = vfork();
	if (pid == 0) {
		close(fd);
		_exit(dup2(1, 20) != 20);
	}
	CHECK(fcntl(fd, F_GETFD) >= 0);
	CHECK_ERRNO(fcntl(20, F_GETFD), EBADF);
	expect_exit(pid, 0);
}

int
main(int argc, char **argv)
{
	if (argc == 2 && argv[1][0] == '-')
		return 43;
	if (argc == 2) {
		await((struct baton){ -1, atoi(argv[1]) });
		return 42;
	}
	test_released_by_exec(282);
	test_released_by_exec(66);
	test_failing_exec();
	test_exec_after_failures();
	test_descriptors_private();
	/* A child that dies of a signal lets go as well. */
	pid_t pid = vfork();
	if (pid == 0) {
		kill(getpid(), 9);
		_exit(1);
	}
	expect_signal(pid, 9);
	return 0;
}
