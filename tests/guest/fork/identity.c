/*
 * Who a child is: its credentials (spec C.9), the program it runs (C.11), its parents (C.17).
 */
#include <sys/param.h>
#include <sys/sysctl.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <unistd.h>

#include "baton.h"

static void
path_of(pid_t pid, char *path, size_t size)
{
	int mib[] = { CTL_KERN, KERN_PROC_ARGS, pid, KERN_PROC_PATHNAME };
	CHECK_EQ(sysctl(mib, 4, path, &size, NULL, 0), 0);
}

static void
test_credentials(void)
{
	gid_t groups[] = { 5, 7, 9 }, got[16];
	struct baton changed = new_baton(), looked = new_baton();
	pid_t pid;

	CHECK_EQ(setgroups(3, groups), 0);
	CHECK_EQ(setegid(7), 0);
	CHECK_EQ(seteuid(1000), 0);
	pid = fork();
	if (pid == 0) {
		CHECK_EQ(getuid(), 0);
		CHECK_EQ(geteuid(), 1000);
		CHECK_EQ(getgid(), 0);
		CHECK_EQ(getegid(), 7);
		CHECK_EQ(getgroups(16, got), 3);
		CHECK(memcmp(got, groups, sizeof(groups)) == 0);
		CHECK_EQ(seteuid(0), 0); /* the saved id came along */
		CHECK_EQ(setgid(33), 0);
		CHECK_EQ(setuid(2000), 0);
		pass(changed);
		await(looked);
		CHECK_EQ(geteuid(), 2000);
		_exit(0);
	}
	await(changed);
	CHECK_EQ(geteuid(), 1000); /* what the child became is its own affair */
	CHECK_EQ(getegid(), 7);
	CHECK_EQ(seteuid(0), 0);
	CHECK_EQ(setegid(0), 0);
	pass(looked);
	expect_exit(pid, 0);
}

static void
test_program(void)
{
	char mine[MAXPATHLEN], its[MAXPATHLEN];
	struct baton go = new_baton();

	path_of(getpid(), mine, sizeof(mine));
	pid_t pid = fork();
	if (pid == 0) {
		await(go);
		_exit(0);
	}
	path_of(pid, its, sizeof(its));
	CHECK_STR(its, mine);
	CHECK_ERRNO(open(mine, O_WRONLY), ETXTBSY);
	CHECK_EQ(rename(mine, "/tmp/renamed"), 0);
	path_of(pid, its, sizeof(its)); /* the path is the one by which it was run */
	CHECK_STR(its, mine);
	CHECK_ERRNO(open("/tmp/renamed", O_WRONLY), ETXTBSY);
	CHECK_EQ(rename("/tmp/renamed", mine), 0);
	pass(go);
	expect_exit(pid, 0);
}

static void
test_parents(void)
{
	pid_t me = getpid(), pid = fork();
	if (pid == 0) {
		int status;
		CHECK_EQ(getppid(), me);
		CHECK_ERRNO(wait(&status), ECHILD); /* its parent's children are not its own */
		pid_t child = getpid(), grandchild = fork();
		if (grandchild == 0) {
			CHECK_EQ(getppid(), child);
			_exit(0);
		}
		expect_exit(grandchild, 0);
		_exit(0);
	}
	expect_exit(pid, 0);
}

int
main(void)
{
	test_credentials();
	test_program();
	test_parents();
	return 0;
}
