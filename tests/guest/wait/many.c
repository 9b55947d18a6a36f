/*
 * Processes by the thousand, one after another and some at a time, of every kind. The argument is how many.
 * Marks for the test outside: 1 when everything has been used once, 2 at the end.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>

#include "../cow/mark.h"
#include "children.h"

static char stack[16384] __attribute__((aligned(16)));
static volatile char page[4096];

static int nothing(void *argument) { return 3; }

static void
round_of_processes(int i)
{
	int fds[2], status;
	pid_t pid, other;
	char c;

	switch (i % 10) {
	case 0:			/* exit code */
		expect_status(child_exits(i & 0xff), 0, (i & 0xff) << 8);
		return;
	case 1:			/* signal */
		pid = child_sleeps();
		kill(pid, SIGTERM);
		expect_status(pid, 0, SIGTERM);
		return;
	case 2:			/* vfork */
		pid = vfork();
		if (pid == 0)
			_exit(2);
		expect_status(pid, 0, 2 << 8);
		return;
	case 3:			/* clone */
		pid = clone(nothing, stack + sizeof(stack), CLONE_VM | CLONE_FILES | CLONE_FS | SIGUSR2, NULL);
		CHECK_EQ(waitpid(pid, &status, __WALL), pid);
		return;
	case 4:			/* copy-on-write on both sides */
		pid = fork();
		page[0] = (char)i;
		if (pid == 0)
			_exit(page[0] != (char)i);
		expect_status(pid, 0, 0);
		return;
	case 5:			/* pipe */
		CHECK_EQ(pipe(fds), 0);
		pid = fork();
		if (pid == 0)
			_exit(write(fds[1], "x", 1) != 1);
		close(fds[1]);
		CHECK_EQ(read(fds[0], &c, 1), 1);
		close(fds[0]);
		expect_status(pid, 0, 0);
		return;
	case 6:			/* orphan */
		pid = fork();
		if (pid == 0) {
			fork();
			_exit(0);
		}
		expect_status(pid, 0, 0);
		return;
	case 7:			/* two at a time, stopped and continued */
		pid = child_sleeps();
		other = child_exits(1);
		kill(pid, SIGSTOP);
		kill(pid, SIGKILL);
		expect_status(other, 0, 1 << 8);
		expect_status(pid, 0, SIGKILL);
		return;
	case 8:			/* group and session */
		pid = fork();
		if (pid == 0)
			_exit(setsid() != getpid());
		expect_status(pid, 0, 0);
		return;
	default:		/* failures */
		CHECK_ERRNO(syscall(SYS___clone, CLONE_PTRACE, 0), EINVAL);
		CHECK_ERRNO(waitpid(-1, NULL, 0), ECHILD);
		return;
	}
}

int
main(int argc, char **argv)
{
	int count = argc > 1 ? atoi(argv[1]) : 100;

	signal(SIGUSR2, SIG_IGN);
	for (int i = 0; i < 20; i++)
		round_of_processes(i);
	give_way();
	mark(1, NULL);
	for (int i = 0; i < count; i++)
		round_of_processes(i);
	give_way();
	mark(2, NULL);
	return 0;
}
