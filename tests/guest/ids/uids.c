/*
 * Real, effective and saved ids over the set*id calls and fork, and what they allow.
 */
#include <sys/types.h>
#include <sys/wait.h>
#include <grp.h>
#include <unistd.h>

#include "check.h"

/* Run a check in a child, so that the parent stays root. */
static void
in_child(void (*body)(void))
{
	int status;
	pid_t pid = fork();

	CHECK(pid != -1);
	if (pid == 0) {
		body();
		_exit(42);
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK(WIFEXITED(status));
	CHECK_EQ(WEXITSTATUS(status), 42);
}

static void
drop_for_good(void)
{
	CHECK_EQ(issetugid(), 0);
	CHECK_EQ(setuid(1000), 0);
	CHECK_EQ(getuid(), 1000);
	CHECK_EQ(geteuid(), 1000);
	CHECK_EQ(issetugid(), 1);
	CHECK_ERRNO(setuid(0), EPERM);
	CHECK_ERRNO(seteuid(0), EPERM);
	CHECK_ERRNO(setgid(5), EPERM);
	CHECK_EQ(setuid(1000), 0);
}

static void
drop_and_return(void)
{
	CHECK_EQ(seteuid(1000), 0);
	CHECK_EQ(getuid(), 0);
	CHECK_EQ(geteuid(), 1000);
	CHECK_ERRNO(seteuid(1001), EPERM);
	CHECK_EQ(seteuid(0), 0);
	CHECK_EQ(geteuid(), 0);
}

static void
exchange(void)
{
	CHECK_EQ(setreuid(1000, 2000), 0);
	CHECK_EQ(setreuid(2000, 1000), 0);
	CHECK_EQ(getuid(), 2000);
	CHECK_EQ(geteuid(), 1000);
	CHECK_ERRNO(setreuid(3000, -1), EPERM);
	CHECK_EQ(setreuid(-1, -1), 0);
}

static void
groups(void)
{
	gid_t want[3] = { 30, 20, 10 }, got[16];

	CHECK_EQ(setgroups(3, want), 0);
	CHECK_EQ(getgroups(0, NULL), 3);
	CHECK_EQ(getgroups(16, got), 3);
	CHECK_EQ(memcmp(want, got, sizeof(want)), 0);
	CHECK_ERRNO(getgroups(2, got), EINVAL);
	CHECK_ERRNO(setgroups(17, got), EINVAL);
	CHECK_ERRNO(setgroups(1, (gid_t *)8), EFAULT);
	CHECK_EQ(setregid(5, 6), 0);
	CHECK_EQ(getgid(), 5);
	CHECK_EQ(getegid(), 6);
	CHECK_EQ(setuid(1000), 0);
	CHECK_ERRNO(setgroups(3, want), EPERM);
	CHECK_EQ(setegid(5), 0);
	CHECK_ERRNO(setegid(7), EPERM);
}

/* What a child changes is its own. */
static void
inherited(void)
{
	int status;
	pid_t pid;

	CHECK_EQ(seteuid(1000), 0);
	pid = fork();
	if (pid == 0) {
		CHECK_EQ(geteuid(), 1000);
		CHECK_EQ(issetugid(), 1);
		CHECK_EQ(seteuid(0), 0);
		_exit(0);
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 0);
	CHECK_EQ(geteuid(), 1000);
}

int
main(void)
{
	CHECK_EQ(getuid(), 0);
	in_child(drop_for_good);
	in_child(drop_and_return);
	in_child(exchange);
	in_child(groups);
	in_child(inherited);
	CHECK_EQ(geteuid(), 0);
	CHECK_EQ(issetugid(), 0);
	return 0;
}
