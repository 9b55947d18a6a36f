/*
 * Failure sweep (spec C.5, C.6, decision D3): fail the Nth allocation of each kind during each flavour of fork, for N = 1, 2, ...
 * until the fork succeeds. Every failure has its errno, and the next fork works.
 */
#include <sys/param.h>
#include <sys/syscall.h>
#include <sys/sysctl.h>
#include <sys/wait.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include "check.h"

static char stack[65536] __attribute__((aligned(16)));

static int
nothing(void *arg)
{
	(void)arg;
	return 0;
}

static pid_t
flavour(int n)
{
	pid_t pid;
	switch (n) {
	case 0:
		pid = fork();
		break;
	case 1:
		pid = vfork();
		break;
	case 2:
		return __clone(nothing, stack + sizeof(stack), SIGCHLD, NULL);
	default:
		return __clone(nothing, stack + sizeof(stack), CLONE_VM | CLONE_FILES | SIGCHLD, NULL);
	}
	if (pid == 0)
		_exit(0);
	return pid;
}

static void
set(const char *name, int n)
{
	CHECK_EQ(sysctlbyname(name, NULL, NULL, &n, sizeof(n)), 0);
}

static int
get(const char *name)
{
	int n = -1;
	size_t size = sizeof(n);
	CHECK_EQ(sysctlbyname(name, &n, &size, NULL, 0), 0);
	return n;
}

static void
reap(pid_t pid)
{
	int status;
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 0);
}

/* How many allocations of a kind a fork makes: so many times it must fail before it succeeds. */
static int
sweep(const char *name, int error, int how)
{
	for (int n = 1;; n++) {
		CHECK(n < 100);
		set(name, n);
		errno = 0;
		pid_t pid = flavour(how);
		int failed = errno;
		int left = get(name);
		set(name, 0);
		if (pid > 0) {
			reap(pid);
			if (left > 0)
				return n - 1; /* it was never reached */
			continue;       /* it hit what parent or child did afterwards, and they lived */
		}
		CHECK_EQ(pid, -1);
		CHECK_EQ(failed, error);
		reap(flavour(how)); /* the next one works */
	}
}

int
main(void)
{
	for (int i = 0; i < 4; i++)
		reap(flavour(i)); /* what is allocated once only, is by now */
	for (int i = 0; i < 4; i++) {
		CHECK_EQ(sweep("debug.fail.uarea", ENOMEM, i), 1);
		CHECK_EQ(sweep("debug.fail.proc", EAGAIN, i), 1);
	}
	CHECK(sweep("debug.fail.table", ENOMEM, 0) >= 1);
	CHECK(sweep("debug.fail.table", ENOMEM, 2) >= 1);
	CHECK_EQ(sweep("debug.fail.table", ENOMEM, 1), 0); /* memory is shared */
	CHECK_EQ(sweep("debug.fail.table", ENOMEM, 3), 0);
	int n = -1;
	CHECK_ERRNO(sysctlbyname("debug.fail.proc", NULL, NULL, &n, sizeof(n)), EINVAL);
	return 0;
}
