/* Executing a file that is open (spec B.1). */
#include "exec.h"

static char *const args[] = { "fexecve", "child", NULL };

static void
run(int fd)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		fexecve(fd, args, no_environment);
		_exit(errno);
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 70 << 8);
}

int
main(int argc, char **argv)
{
	int fd, fds[2];

	if (argc == 2)
		return 70;
	fd = open("/bin/fexecve", O_RDONLY);
	CHECK(fd >= 0);
	run(fd);
	CHECK_EQ(lseek(fd, 100, SEEK_SET), 100);	/* the offset does not matter */
	run(fd);
	CHECK_EQ(close(fd), 0);
	fd = open("/bin/fexecve", O_RDONLY | O_CLOEXEC);
	run(fd);
	close(fd);
	/* A file without a name. */
	copy_file("/bin/fexecve", "/tmp/copy", 0755);
	fd = open("/tmp/copy", O_RDONLY);
	CHECK_EQ(unlink("/tmp/copy"), 0);
	run(fd);
	close(fd);

	CHECK_ERRNO(fexecve(-1, args, no_environment), EBADF);
	CHECK_ERRNO(fexecve(99, args, no_environment), EBADF);
	CHECK_EQ(pipe(fds), 0);
	CHECK_ERRNO(fexecve(fds[0], args, no_environment), EACCES);
	fd = open("/tmp", O_RDONLY);
	CHECK_ERRNO(fexecve(fd, args, no_environment), EACCES);
	close(fd);
	copy_file("/bin/fexecve", "/tmp/copy", 0644);
	fd = open("/tmp/copy", O_RDONLY);
	CHECK_ERRNO(fexecve(fd, args, no_environment), EACCES);
	close(fd);
	copy_file("/bin/fexecve", "/tmp/copy", 0755);
	fd = open("/tmp/copy", O_RDWR);
	CHECK_ERRNO(fexecve(fd, args, no_environment), ETXTBSY);
	close(fd);
	return 0;
}
