/* Programs that run with their owner's rights (spec C.4, C.8). */
#include <sys/resource.h>

#include "exec.h"

#define SELF "/bin/setid"

/* Report all ids, in an exit code's worth: the new program compares with its arguments. */
static int
compare(char **argv)
{
	CHECK_EQ(getuid(), atoi(argv[1]));
	CHECK_EQ(geteuid(), atoi(argv[2]));
	CHECK_EQ(getgid(), atoi(argv[3]));
	CHECK_EQ(getegid(), atoi(argv[4]));
	CHECK_EQ(issetugid(), atoi(argv[5]));
	/* The saved id is the effective one: back to it from the real one. */
	if (geteuid() != 0 && getuid() != geteuid()) {
		uid_t effective = geteuid();

		CHECK_EQ(seteuid(getuid()), 0);
		CHECK_EQ(seteuid(effective), 0);
	}
	if (geteuid() != 0 && getuid() != 0)
		CHECK_ERRNO(seteuid(0), EPERM);
	return 50;
}

/* As uid 1000 and gid 1000, run the copy with this owner and mode. */
static void
run(uid_t owner, gid_t group, mode_t mode, const char *ruid, const char *euid, const char *rgid, const char *egid,
    const char *tainted)
{
	char *argv[] = { "setid", (char *)ruid, (char *)euid, (char *)rgid, (char *)egid, (char *)tainted, NULL };
	pid_t pid;
	int status;

	copy_file(SELF, "/tmp/copy", 0700);
	CHECK_EQ(chown("/tmp/copy", owner, group), 0);
	CHECK_EQ(chmod("/tmp/copy", mode), 0);
	pid = fork();
	if (pid == 0) {
		CHECK_EQ(setgid(1000), 0);
		CHECK_EQ(setuid(1000), 0);
		execve("/tmp/copy", argv, no_environment);
		_exit(errno);
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	if (status != 50 << 8)
		CHECK_FAIL("owner %d:%d mode %o: status %#x", owner, group, mode, status);
}

int
main(int argc, char **argv)
{
	char *plain[] = { "setid", "1000", "1000", "0", "0", "0", NULL }, *script[] = { "script", NULL };
	pid_t pid;
	int status;

	if (argc == 6)
		return compare(argv);
	if (argc == 3)
		return getuid() == 1000 && geteuid() == 1000 && getegid() == 0 && !issetugid() ? 51 : 1;
	run(200, 300, 0755, "1000", "1000", "1000", "1000", "0");
	run(200, 300, 04755, "1000", "200", "1000", "1000", "1");
	run(200, 300, 02755, "1000", "1000", "1000", "300", "1");
	run(200, 300, 06755, "1000", "200", "1000", "300", "1");
	run(0, 0, 04755, "1000", "0", "1000", "1000", "1");
	/* What one is already changes nothing. */
	run(1000, 1000, 06755, "1000", "1000", "1000", "1000", "0");

	/* A script's own bits do not count. */
	make_file("/tmp/script", "#!/bin/setid -\n", 15, 0755);
	CHECK_EQ(chown("/tmp/script", 200, 300), 0);
	CHECK_EQ(chmod("/tmp/script", 06755), 0);
	pid = fork();
	if (pid == 0) {
		CHECK_EQ(setuid(1000), 0);
		execve("/tmp/script", script, no_environment);
		_exit(errno);
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 51 << 8);

	/* exec makes the effective id the saved one: privileges that were only put aside are lost for good. */
	pid = fork();
	if (pid == 0) {
		CHECK_EQ(setreuid(1000, 0), 0);
		CHECK_EQ(seteuid(1000), 0);	/* real and effective are 1000, saved is 0 */
		CHECK_EQ(seteuid(0), 0);
		CHECK_EQ(seteuid(1000), 0);
		execve(SELF, plain, no_environment);
		_exit(errno);
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 50 << 8);

	/* A set-id process above its limit of processes cannot execute anything. */
	pid = fork();
	if (pid == 0) {
		struct rlimit limit = { 0, 0 };

		CHECK_EQ(setrlimit(RLIMIT_NPROC, &limit), 0);
		CHECK_EQ(setuid(1000), 0);
		CHECK_ERRNO(execve(SELF, plain, no_environment), EAGAIN);
		_exit(0);
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 0);
	return 0;
}
