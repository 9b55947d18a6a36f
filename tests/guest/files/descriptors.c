/* Descriptors: numbers, duplicates, limits, and what fork and exec do to them. */
#include <sys/resource.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <unistd.h>

#include "check.h"

static int
is_open(int fd)
{
	return fcntl(fd, F_GETFD) != -1;
}

/* Run as "descriptors exec": of 10..14 every second was close-on-exec. */
static int
after_exec(void)
{
	char c;
	int fd;

	for (fd = 10; fd < 15; fd++)
		CHECK_EQ(is_open(fd), fd % 2 == 0);
	CHECK_EQ(read(10, &c, 1), 1);
	CHECK_EQ(c, 'b');
	return 42;
}

static void
numbers(void)
{
	struct rlimit rl;
	int fd, i;

	CHECK_EQ(fd = open("/tmp/f", O_RDWR | O_CREAT, 0600), 3);
	CHECK_EQ(write(fd, "abcdef", 6), 6);
	CHECK_EQ(dup(fd), 4);
	CHECK_EQ(dup(fd), 5);
	CHECK_EQ(close(4), 0);
	CHECK_EQ(dup(fd), 4);
	CHECK_EQ(dup2(fd, 20), 20);
	CHECK_EQ(dup2(fd, fd), fd);
	CHECK_EQ(fcntl(fd, F_DUPFD, 20), 21);
	CHECK_EQ(fcntl(fd, F_DUPFD_CLOEXEC, 20), 22);
	CHECK_EQ(fcntl(22, F_GETFD), FD_CLOEXEC);
	CHECK_EQ(fcntl(0, F_MAXFD), 22);
	CHECK_EQ(dup3(fd, 23, O_CLOEXEC), 23);
	CHECK_EQ(fcntl(23, F_GETFD), FD_CLOEXEC);
	CHECK_ERRNO(dup3(fd, fd, 0), EINVAL);
	CHECK_ERRNO(dup2(99, 5), EBADF);
	CHECK_ERRNO(dup2(fd, -1), EBADF);
	CHECK_EQ(fcntl(4, F_CLOSEM), 0);
	CHECK_EQ(is_open(3), 1);
	CHECK_EQ(is_open(4), 0);
	CHECK_EQ(is_open(20), 0);

	CHECK_EQ(getrlimit(RLIMIT_NOFILE, &rl), 0);
	CHECK_EQ(rl.rlim_cur, 128);
	rl.rlim_cur = 8;
	CHECK_EQ(setrlimit(RLIMIT_NOFILE, &rl), 0);
	for (i = 4; i < 8; i++)
		CHECK_EQ(dup(fd), i);
	CHECK_ERRNO(dup(fd), EMFILE);
	CHECK_ERRNO(open("/tmp/f", O_RDONLY), EMFILE);
	CHECK_ERRNO(dup2(fd, 8), EBADF);
	CHECK_ERRNO(fcntl(fd, F_DUPFD, 8), EINVAL);
	rl.rlim_cur = 128;
	CHECK_EQ(setrlimit(RLIMIT_NOFILE, &rl), 0);
	CHECK_EQ(fcntl(4, F_CLOSEM), 0);
	CHECK_EQ(close(fd), 0);
}

static void
over_fork(void)
{
	int fd, clofork, status;
	char c;
	pid_t pid;

	CHECK_EQ(fd = open("/tmp/f", O_RDONLY), 3);
	CHECK_EQ(clofork = open("/tmp/f", O_RDONLY | O_CLOFORK), 4);
	CHECK_EQ(fcntl(clofork, F_GETFD), FD_CLOFORK);
	CHECK((pid = fork()) >= 0);
	if (pid == 0) {
		CHECK_EQ(is_open(clofork), 0);
		CHECK_EQ(open("/dev/null", O_RDONLY), 4);
		CHECK_EQ(lseek(fd, 3, SEEK_SET), 3);
		CHECK_EQ(fcntl(fd, F_SETFD, FD_CLOEXEC), 0);
		CHECK_EQ(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
		_exit(0);
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 0);
	CHECK_EQ(read(fd, &c, 1), 1);
	CHECK_EQ(c, 'd');
	CHECK_EQ(fcntl(fd, F_GETFD), 0);
	CHECK_EQ(fcntl(fd, F_GETFL), O_RDONLY | O_NONBLOCK);
	CHECK_EQ(is_open(clofork), 1);
	CHECK_EQ(close(fd), 0);
	CHECK_EQ(close(clofork), 0);
}

static void
over_exec(const char *self)
{
	int fd, i, status;
	pid_t pid;

	CHECK_EQ(fd = open("/tmp/f", O_RDONLY), 3);
	for (i = 10; i < 15; i++)
		CHECK_EQ(dup3(fd, i, i % 2 ? O_CLOEXEC : 0), i);
	CHECK_EQ(lseek(fd, 1, SEEK_SET), 1);
	CHECK((pid = fork()) >= 0);
	if (pid == 0) {
		execl(self, "descriptors", "exec", (char *)NULL);
		_exit(1);
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 42 << 8);
	CHECK_EQ(is_open(11), 1);
	CHECK_EQ(lseek(fd, 0, SEEK_CUR), 2);
}

int
main(int argc, char **argv)
{
	if (argc > 1)
		return after_exec();
	numbers();
	over_fork();
	over_exec("/bin/descriptors");
	return 0;
}
