/* Mapped files and read and write see the same bytes. */
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "check.h"

static char buf[20000];

int
main(void)
{
	char *shared, *private, *zero;
	int fd, status;
	pid_t pid;

	CHECK((fd = open("/tmp/f", O_RDWR | O_CREAT, 0600)) >= 0);
	memset(buf, 'a', sizeof buf);
	CHECK_EQ(write(fd, buf, 10000), 10000);
	shared = mmap(NULL, 12288, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	private = mmap(NULL, 12288, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	CHECK(shared != MAP_FAILED && private != MAP_FAILED);
	CHECK_EQ(shared[9999], 'a');
	CHECK_EQ(shared[10000], 0);

	shared[5000] = 'b';
	CHECK_EQ(pread(fd, buf, 1, 5000), 1);
	CHECK_EQ(buf[0], 'b');
	CHECK_EQ(pwrite(fd, "c", 1, 5001), 1);
	CHECK_EQ(shared[5001], 'c');
	CHECK_EQ(private[5001], 'c');
	private[5002] = 'd';
	CHECK_EQ(pread(fd, buf, 1, 5002), 1);
	CHECK_EQ(buf[0], 'a');
	CHECK_EQ(shared[5002], 'a');

	/* The mapping outlives descriptor and name; a child shares it. */
	CHECK_EQ(close(fd), 0);
	CHECK_EQ(unlink("/tmp/f"), 0);
	CHECK((pid = fork()) >= 0);
	if (pid == 0) {
		shared[1] = 's';
		private[1] = 'p';
		_exit(0);
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 0);
	CHECK_EQ(shared[1], 's');
	CHECK_EQ(private[1], 's');
	CHECK_EQ(munmap(shared, 12288), 0);
	CHECK_EQ(munmap(private, 12288), 0);

	/* A whole page beyond the end of the file cannot be touched. */
	CHECK((fd = open("/tmp/g", O_RDWR | O_CREAT, 0600)) >= 0);
	CHECK_EQ(ftruncate(fd, 100), 0);
	shared = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	CHECK(shared != MAP_FAILED);
	CHECK((pid = fork()) >= 0);
	if (pid == 0) {
		shared[4096] = 1;
		_exit(0);
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS);

	CHECK((fd = open("/dev/zero", O_RDWR)) >= 0);
	zero = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	CHECK(zero != MAP_FAILED);
	CHECK_EQ(zero[8191], 0);
	zero[0] = 1;
	CHECK_EQ(read(fd, zero, 1), 1);
	CHECK_EQ(zero[0], 0);
	CHECK((fd = open("/tmp/g", O_RDONLY)) >= 0);
	CHECK_EQ(mmap(NULL, 4096, PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED, 1);
	CHECK_EQ(errno, EACCES);
	CHECK(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0) != MAP_FAILED);
	return 0;
}
