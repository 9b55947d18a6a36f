/*
 * Resource limits: values, errors, and their independence over fork (spec C.15).
 */
#include <sys/types.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

static rlim_t
soft_nofile(void)
{
	struct rlimit rl;

	CHECK_EQ(getrlimit(RLIMIT_NOFILE, &rl), 0);
	return rl.rlim_cur;
}

static void
set_nofile(rlim_t soft)
{
	struct rlimit rl;

	CHECK_EQ(getrlimit(RLIMIT_NOFILE, &rl), 0);
	rl.rlim_cur = soft;
	CHECK_EQ(setrlimit(RLIMIT_NOFILE, &rl), 0);
}

static void
child_changes(rlim_t expected)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		CHECK_EQ(soft_nofile(), expected);
		set_nofile(20);
		CHECK_EQ(soft_nofile(), 20);
		_exit(0);
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 0);
	CHECK_EQ(soft_nofile(), expected);
}

/* Growing the stack's limit makes more of it accessible at once. */
static __attribute__((optnone, noinline)) int
deep(int depth)
{
	volatile char frame[4096];

	frame[0] = 0;
	return depth == 0 ? 0 : deep(depth - 1) + frame[0];
}

int
main(void)
{
	struct rlimit rl, old;
	int status;
	pid_t pid;

	CHECK_EQ(soft_nofile(), 128);
	child_changes(128);
	set_nofile(64);
	child_changes(64);

	CHECK_EQ(getrlimit(RLIMIT_NPROC, &rl), 0);
	CHECK_EQ(rl.rlim_cur, 160);
	CHECK_EQ(rl.rlim_max, 1044);
	rl.rlim_max = RLIM_INFINITY;
	CHECK_EQ(setrlimit(RLIMIT_NPROC, &rl), 0);
	CHECK_EQ(getrlimit(RLIMIT_NPROC, &rl), 0);
	CHECK_EQ(rl.rlim_max, 1044);

	CHECK_ERRNO(getrlimit(RLIM_NLIMITS, &rl), EINVAL);
	CHECK_ERRNO(getrlimit(RLIMIT_CORE, (struct rlimit *)8), EFAULT);
	CHECK_ERRNO(setrlimit(RLIMIT_CORE, (struct rlimit *)8), EFAULT);
	rl.rlim_cur = 2;
	rl.rlim_max = 1;
	CHECK_ERRNO(setrlimit(RLIMIT_CORE, &rl), EINVAL);

	CHECK_EQ(getrlimit(RLIMIT_STACK, &old), 0);
	CHECK_EQ(old.rlim_cur, 4 << 20);
	rl = old;
	CHECK_EQ(deep(20), 0);
	rl.rlim_cur = 65536;
	CHECK_ERRNO(setrlimit(RLIMIT_STACK, &rl), EINVAL);	/* more than that is in use */
	rl.rlim_cur = 8 << 20;
	CHECK_EQ(setrlimit(RLIMIT_STACK, &rl), 0);
	CHECK_EQ(deep(1500), 0);

	pid = fork();
	if (pid == 0) {			/* and beyond the limit there is nothing */
		rl.rlim_cur = (7 << 20) + 1;
		if (setrlimit(RLIMIT_STACK, &rl) != 0 || getrlimit(RLIMIT_STACK, &rl) != 0)
			_exit(1);
		if (rl.rlim_cur != (7 << 20) + 4096)	/* whole pages */
			_exit(2);
		deep(1900);
		_exit(3);
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK(WIFSIGNALED(status));
	CHECK_EQ(WTERMSIG(status), 11);

	pid = fork();
	if (pid == 0) {
		struct rlimit core = { 5, 10 };

		CHECK_EQ(setrlimit(RLIMIT_CORE, &core), 0);
		CHECK_EQ(setuid(1000), 0);
		core.rlim_cur = core.rlim_max = 8;
		CHECK_EQ(setrlimit(RLIMIT_CORE, &core), 0);
		core.rlim_max = 9;
		CHECK_ERRNO(setrlimit(RLIMIT_CORE, &core), EPERM);
		_exit(0);
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 0);
	return 0;
}
