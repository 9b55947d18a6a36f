/* What ktrace, fktrace and utrace refuse. */
#include "trace.h"

/* Run `user` in a process of user 1000's. */
static void
as_user(const char *how)
{
	pid_t child;

	CHECK_EQ(chmod(TRACE, 0666), 0);
	if ((child = fork()) == 0) {
		CHECK_EQ(setuid(1000), 0);
		/* Its ids have changed: nobody but root looks into such a process. */
		CHECK_ERRNO(ktrace(TRACE, KTROP_CLEAR, KTRFAC_USER, getpid()), EPERM);
		execl("/bin/errors", "errors", how, (char *)NULL);
		_exit(9);
	}
	CHECK_EQ(wait_for(child), 0);
}

/* A user's own processes only; none of root's, and none that root traces. */
static int
user(const char *how)
{
	pid_t pid = getpid(), child;
	int fds[2];
	char c;

	CHECK_EQ(geteuid(), 1000);
	CHECK_ERRNO(ktrace(TRACE, KTROP_SET, KTRFAC_USER, 1), EPERM);
	CHECK_ERRNO(ktrace(TRACE, KTROP_SET, KTRFAC_USER, getppid()), EPERM);
	if (strcmp(how, "own") != 0) {
		CHECK_ERRNO(ktrace(TRACE, KTROP_SET, KTRFAC_CSW, pid), EPERM);
		CHECK_ERRNO(ktrace(NULL, KTROP_CLEAR, KTRFAC_USER, pid), EPERM);
		CHECK_ERRNO(ktrace(TRACE, KTROP_CLEARFILE, 0, 0), EPERM);
		return 0;
	}
	CHECK_EQ(ktrace(TRACE, KTROP_SET, KTRFAC_USER, pid), 0);
	/* A group with somebody else's process in it: one that is permitted is enough. */
	CHECK_EQ(ktrace(TRACE, KTROP_SET, KTRFAC_USER, -getpgrp()), 0);
	CHECK_EQ(pipe(fds), 0);
	if ((child = fork()) == 0) {
		read(fds[0], &c, 1);
		_exit(0);
	}
	CHECK_EQ(ktrace(TRACE, KTROP_SET, KTRFAC_USER, child), 0);
	CHECK_EQ(ktrace(NULL, KTROP_CLEAR, KTRFAC_USER, child), 0);
	CHECK_EQ(write(fds[1], "x", 1), 1);
	CHECK_EQ(wait_for(child), 0);
	CHECK_EQ(ktrace(TRACE, KTROP_CLEARFILE, 0, 0), 0);
	return 0;
}

int
main(int argc, char **argv)
{
	struct ktr_header *header;
	char data[2049];
	int fd;
	pid_t pid = getpid();

	if (argc > 1)
		return user(argv[1]);
	new_trace();
	CHECK_ERRNO(ktrace(TRACE, KTROP_SET, 0, pid), EINVAL);
	CHECK_ERRNO(ktrace(TRACE, KTROP_SET, (int)KTRFAC_PERSISTENT, pid), EINVAL);
	CHECK_EQ(ktrace(TRACE, 3, KTRFAC_SYSCALL, pid), 0);	/* no operation, but as good as CLEAR */
	/* Nobody can be traced with records of a version that there is not. */
	CHECK_ERRNO(ktrace(TRACE, KTROP_SET | 3 << KTRFAC_VER_SHIFT, KTRFAC_SYSCALL, pid), EPERM);
	CHECK_ERRNO(ktrace("absent", KTROP_SET, KTRFAC_SYSCALL, pid), ENOENT);
	CHECK_ERRNO(ktrace("/dev/null", KTROP_SET, KTRFAC_SYSCALL, pid), EACCES);
	CHECK_ERRNO(ktrace("/", KTROP_SET, KTRFAC_SYSCALL, pid), EISDIR);
	CHECK_ERRNO(ktrace((char *)8, KTROP_SET, KTRFAC_SYSCALL, pid), EFAULT);
	CHECK_ERRNO(ktrace(TRACE, KTROP_SET, KTRFAC_SYSCALL, 29999), ESRCH);
	CHECK_ERRNO(ktrace(TRACE, KTROP_SET, KTRFAC_SYSCALL, -29999), ESRCH);
	CHECK_EQ(ktrace("absent", KTROP_CLEAR, KTRFAC_SYSCALL, pid), 0);	/* the name does not matter */
	/* A system process: the threads that write traces are its own. */
	CHECK_ERRNO(ktrace(TRACE, KTROP_SET, KTRFAC_CSW, 0), EPERM);

	CHECK_ERRNO(fktrace(99, KTROP_SET, KTRFAC_SYSCALL, pid), EBADF);
	CHECK((fd = open(TRACE, O_RDONLY)) >= 0);
	CHECK_ERRNO(fktrace(fd, KTROP_SET, KTRFAC_SYSCALL, pid), EBADF);
	CHECK_EQ(close(fd), 0);

	/* utrace: nothing happens when it is not traced. */
	CHECK_EQ(utrace("label", data, sizeof(data)), 0);
	CHECK_EQ(utrace((char *)8, (char *)8, 1), 0);
	start_trace(KTRFAC_USER);
	CHECK_ERRNO(utrace("label", data, sizeof(data)), ENOSPC);
	CHECK_EQ(utrace("a label of more than twenty bytes", data, 2048), 0);
	CHECK_ERRNO(utrace("label", (char *)8, 1), EFAULT);
	read_trace();
	CHECK_STR(((struct ktr_user *)expect(0, KTR_USER))->ktr_id, "");	/* too long a label is none */
	header = next_record(0);
	CHECK(header != NULL);
	CHECK_EQ(header->ktr_len, (int)sizeof(struct ktr_user) + 1);
	CHECK_STR(((struct ktr_user *)payload(header))->ktr_id, "label");
	expect_end(0);

	as_user("own");
	start_trace(KTRFAC_USER | KTRFAC_INHERIT);
	as_user("root's");
	CHECK_EQ(ktrace(TRACE, KTROP_CLEARFILE, 0, 0), 0);
	return 0;
}
