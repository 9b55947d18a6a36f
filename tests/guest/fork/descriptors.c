/*
 * What fork makes of descriptors: the same open files under the same numbers, flags of its own, and without
 * close-on-fork descriptors (spec C.12).
 */
#include <sys/file.h>
#include <fcntl.h>
#include <signal.h>

#include "baton.h"

static void
test_shared_offset_and_flags(void)
{
	int fd = open("/tmp/file", O_RDWR | O_CREAT | O_TRUNC, 0644);
	pid_t pid;
	char c;

	CHECK_EQ(write(fd, "abcdef", 6), 6);
	CHECK_EQ(lseek(fd, 0, SEEK_SET), 0);
	pid = fork();
	if (pid == 0) {
		CHECK_EQ(read(fd, &c, 1), 1);
		CHECK_EQ(c, 'a');
		CHECK_EQ(lseek(fd, 4, SEEK_SET), 4);
		CHECK_EQ(fcntl(fd, F_SETFL, O_APPEND | O_NONBLOCK), 0);
		CHECK_EQ(fcntl(fd, F_SETFD, FD_CLOEXEC), 0);
		_exit(0);
	}
	expect_exit(pid, 0);
	CHECK_EQ(read(fd, &c, 1), 1);
	CHECK_EQ(c, 'e');
	CHECK_EQ(fcntl(fd, F_GETFL) & (O_APPEND | O_NONBLOCK), O_APPEND | O_NONBLOCK);
	CHECK_EQ(fcntl(fd, F_GETFD), 0);
	close(fd);
}

static void
test_table_is_private(void)
{
	struct baton go = new_baton();
	int fd = open("/dev/null", O_RDONLY), other;
	pid_t pid;

	CHECK_EQ(fcntl(fd, F_SETFD, FD_CLOEXEC), 0);
	pid = fork();
	if (pid == 0) {
		CHECK_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
		CHECK_EQ(close(fd), 0);
		CHECK_EQ(open("/dev/zero", O_RDONLY), fd);
		await(go);
		CHECK_ERRNO(fcntl(fd + 1, F_GETFD), EBADF);
		_exit(0);
	}
	other = open("/dev/zero", O_RDONLY);
	CHECK_EQ(other, fd + 1);
	pass(go);
	expect_exit(pid, 0);
	CHECK_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
	close(other);
	close(fd);
	close(go.in);
	close(go.out);
}

static void
test_close_on_fork(void)
{
	int fds[2], opened = open("/dev/null", O_RDONLY | O_CLOFORK), set = dup(1), both;
	volatile int failed = 0;
	pid_t pid;

	CHECK_EQ(fcntl(opened, F_GETFD), FD_CLOFORK);
	CHECK_EQ(fcntl(set, F_SETFD, FD_CLOFORK), 0);
	both = fcntl(1, F_DUPFD_CLOBOTH, 0);
	CHECK_EQ(fcntl(both, F_GETFD), FD_CLOEXEC | FD_CLOFORK);
	CHECK_EQ(pipe2(fds, O_CLOFORK), 0);
	pid = fork();
	if (pid == 0) {
		if (fcntl(opened, F_GETFD) != -1 || fcntl(set, F_GETFD) != -1 || fcntl(both, F_GETFD) != -1 ||
		    fcntl(fds[0], F_GETFD) != -1 || fcntl(fds[1], F_GETFD) != -1)
			failed = 1;
		_exit(failed);
	}
	expect_exit(pid, 0);
	/* In the parent nothing was closed. */
	CHECK_EQ(fcntl(opened, F_GETFD), FD_CLOFORK);
	CHECK_EQ(write(fds[1], "x", 1), 1);
	close(opened);
	close(set);
	close(both);
	close(fds[0]);
	close(fds[1]);
}

/* The last writer's end of a pipe counts in every process that has it. */
static void
test_end_of_file(void)
{
	int fds[2];
	pid_t pid;
	char c;

	CHECK_EQ(pipe(fds), 0);
	pid = fork();
	if (pid == 0) {
		close(fds[0]);
		CHECK_EQ(write(fds[1], "a", 1), 1);
		_exit(0);
	}
	close(fds[1]);
	CHECK_EQ(read(fds[0], &c, 1), 1);
	CHECK_EQ(read(fds[0], &c, 1), 0);
	expect_exit(pid, 0);
	close(fds[0]);
}

/* flock belongs to the open file, record locks to the process. */
static void
test_locks(void)
{
	int fd = open("/tmp/file", O_RDWR | O_CREAT, 0644), fresh;
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 10 };
	pid_t self = getpid(), pid;

	CHECK_EQ(flock(fd, LOCK_EX), 0);
	pid = fork();
	if (pid == 0) {
		CHECK_EQ(flock(fd, LOCK_EX | LOCK_NB), 0);
		fresh = open("/tmp/file", O_RDWR);
		CHECK_ERRNO(flock(fresh, LOCK_EX | LOCK_NB), EWOULDBLOCK);
		_exit(0);
	}
	expect_exit(pid, 0);
	CHECK_EQ(flock(fd, LOCK_UN), 0);

	CHECK_EQ(fcntl(fd, F_SETLK, &lock), 0);
	pid = fork();
	if (pid == 0) {
		CHECK_ERRNO(fcntl(fd, F_SETLK, &lock), EAGAIN);
		CHECK_EQ(fcntl(fd, F_GETLK, &lock), 0);
		CHECK_EQ(lock.l_type, F_WRLCK);
		CHECK_EQ(lock.l_pid, self);
		CHECK_EQ(close(fd), 0);
		_exit(0);
	}
	expect_exit(pid, 0);
	/* The child's close and end took nothing away. */
	pid = fork();
	if (pid == 0) {
		CHECK_ERRNO(fcntl(fd, F_SETLK, &lock), EAGAIN);
		_exit(0);
	}
	expect_exit(pid, 0);
	close(fd);
}

int
main(void)
{
	test_shared_offset_and_flags();
	test_table_is_private();
	test_end_of_file();
	test_locks();
	test_close_on_fork();
	return 0;
}
