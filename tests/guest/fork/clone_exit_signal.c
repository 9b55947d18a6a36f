/*
 * The signal that a clone sends at its end, and which waits see it (spec C.24, C.34).
 */
#define _GNU_SOURCE
#include <sys/syscall.h>
#include <sched.h>
#include <signal.h>
#include <ucontext.h>

#include "baton.h"

#define STACK 32768

static char stack[STACK] __attribute__((aligned(16)));
static volatile int caught, code, pid_of, status_of;

static void
on_signal(int signo, siginfo_t *info, void *context)
{
	caught = signo;
	code = info->si_code;
	pid_of = info->si_pid;
	status_of = info->si_status;
}

static int
leave(void *argument)
{
	if (*(int *)argument < 0) {
		kill(getpid(), -*(int *)argument);
		return 1;
	}
	return *(int *)argument;
}

/* By hand: libc's clone knows no way to ask for none. */
static pid_t
start(int signo, int result)
{
	pid_t pid = clone(leave, stack + STACK, signo, &result);

	CHECK(pid > 0);
	/* Until it has ended, nothing is to be seen of it. The sleep of a poll does not depend on the signal. */
	UNTIL(waitpid(pid, NULL, __WALL | WNOHANG | WNOWAIT) != 0);
	return pid;
}

static void
expect_status(pid_t pid, int options, int expected)
{
	int status = 0x5555;

	CHECK_EQ(waitpid(pid, &status, options), pid);
	CHECK_EQ(status, expected);
}

static void
test_signal(int signo, int is_plain)
{
	struct sigaction action = { .sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_RESTART };
	pid_t pid;

	if (signo)
		CHECK_EQ(sigaction(signo, &action, NULL), 0);
	caught = 0;
	pid = start(signo, 7);
	CHECK_EQ(caught, signo);
	if (signo) {
		CHECK_EQ(pid_of, pid);
		CHECK_EQ(code, is_plain ? CLD_EXITED : SI_USER);
		CHECK_EQ(status_of, is_plain ? 7 : 0);
	}
	/* Plain waits are for those that send SIGCHLD, __WCLONE for the others, __WALL for all. */
	CHECK_ERRNO(waitpid(pid, NULL, (is_plain ? __WCLONE : 0) | WNOHANG), ECHILD);
	CHECK_ERRNO(waitpid(-1, NULL, (is_plain ? __WCLONE : 0)), ECHILD);
	CHECK_EQ(waitpid(pid, NULL, (is_plain ? 0 : __WCLONE) | WNOHANG | WNOWAIT), pid);
	expect_status(pid, is_plain ? 0 : __WCLONE, 7 << 8);
	expect_status(start(signo, 8), __WALL, 8 << 8);
	CHECK_EQ(waitpid(start(signo, 9), NULL, __WALL | __WCLONE), pid + 2);
	CHECK_ERRNO(waitpid(-1, NULL, __WALL), ECHILD);

	caught = 0;
	pid = start(signo, -SIGTERM);
	CHECK_EQ(caught, signo);
	if (signo) {
		CHECK_EQ(code, is_plain ? CLD_KILLED : SI_USER);
		CHECK_EQ(status_of, SIGTERM);
	}
	expect_status(pid, __WALL, SIGTERM);
}

/* A mixture: each wait takes its own kind. */
static void
test_kinds(void)
{
	pid_t alternate = start(SIGUSR1, 1), plain = start(SIGCHLD, 2);
	int status;

	CHECK_EQ(waitpid(-1, &status, 0), plain);
	CHECK_EQ(status, 2 << 8);
	CHECK_ERRNO(waitpid(-1, &status, WNOHANG), ECHILD);
	CHECK_EQ(waitpid(-1, &status, __WCLONE), alternate);
	CHECK_EQ(status, 1 << 8);
}

/* A sleeper in wait hears of a silent end too. */
static int
dawdle(void *argument)
{
	for (int i = 0; i < 10; i++)
		syscall(SYS_sched_yield);
	return 3;
}

static void
test_silent_end_wakes(void)
{
	pid_t pid = clone(dawdle, stack + STACK, 0, NULL);

	expect_status(pid, __WALL, 3 << 8);
}

/* Whatever it was, once init is the parent it is SIGCHLD: so init's plain wait reaps it. */
static int
orphan(void *argument)
{
	int *fds = argument;
	char byte;

	close(fds[1]);
	read(fds[0], &byte, 1);		/* until the parent is gone */
	return 0;
}

static void
test_adopted(void)
{
	struct baton report = new_baton();
	int fds[2];
	pid_t pid, child;

	CHECK_EQ(pipe(fds), 0);
	pid = fork();
	if (pid == 0) {
		child = clone(orphan, stack + STACK, SIGUSR1, fds);
		write(report.out, &child, sizeof(child));
		_exit(0);
	}
	expect_exit(pid, 0);
	CHECK_EQ(read(report.in, &child, sizeof(child)), sizeof(child));
	CHECK_EQ(kill(child, 0), 0);
	close(fds[0]);
	close(fds[1]);
	UNTIL(kill(child, 0) != 0);
	CHECK_EQ(errno, ESRCH);
}

int
main(void)
{
	test_signal(SIGCHLD, 1);
	test_signal(SIGUSR1, 0);
	test_signal(SIGALRM, 0);
	test_signal(SIGRTMIN, 0);
	test_signal(SIGRTMAX, 0);
	test_signal(0, 0);
	test_kinds();
	test_silent_end_wakes();
	test_adopted();
	return 0;
}
