/*
 * RLIMIT_NPROC counts processes by real uid, zombies included, and root is exempt (spec C.4).
 */
#include <sys/types.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

static void
set_nproc(rlim_t soft)
{
	struct rlimit rl = { soft, soft };

	CHECK_EQ(setrlimit(RLIMIT_NPROC, &rl), 0);
}

static pid_t
fork_and_exit(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return pid;
}

static void
as_user(void)
{
	pid_t first, second;

	CHECK_EQ(setuid(1000), 0);
	set_nproc(3);			/* this process and two more */
	first = fork_and_exit();
	CHECK(first > 0);
	second = fork_and_exit();
	CHECK(second > 0);
	CHECK_ERRNO(fork(), EAGAIN);
	CHECK_ERRNO(vfork(), EAGAIN);
	CHECK_EQ(usleep(1000), 0);	/* both are zombies now, and still count */
	CHECK_ERRNO(fork(), EAGAIN);
	CHECK_EQ(waitpid(first, NULL, 0), first);
	first = fork_and_exit();
	CHECK(first > 0);
	CHECK_EQ(waitpid(first, NULL, 0), first);
	CHECK_EQ(waitpid(second, NULL, 0), second);
	for (int i = 0; i < 50; i++) {	/* refusals leave nothing behind */
		struct rlimit rl = { 0, 3 };

		CHECK_EQ(setrlimit(RLIMIT_NPROC, &rl), 0);
		CHECK_ERRNO(fork(), EAGAIN);
		rl.rlim_cur = 3;
		CHECK_EQ(setrlimit(RLIMIT_NPROC, &rl), 0);
	}
	first = fork_and_exit();
	CHECK(first > 0);
	CHECK_EQ(waitpid(first, NULL, 0), first);
}

/* It is the effective uid that makes root, and the real one that is counted. */
static void
as_set_uid_program(void)
{
	pid_t pid;

	CHECK_EQ(setreuid(1000, 0), 0);
	set_nproc(0);
	pid = fork_and_exit();
	CHECK(pid > 0);
	CHECK_EQ(waitpid(pid, NULL, 0), pid);
	CHECK_EQ(seteuid(1000), 0);
	CHECK_ERRNO(fork(), EAGAIN);
}

int
main(void)
{
	void (*bodies[])(void) = { as_user, as_set_uid_program };

	for (unsigned i = 0; i < 2; i++) {
		int status;
		pid_t pid = fork();

		CHECK(pid != -1);
		if (pid == 0) {
			bodies[i]();
			_exit(0);
		}
		CHECK_EQ(waitpid(pid, &status, 0), pid);
		CHECK_EQ(status, 0);
	}
	return 0;
}
