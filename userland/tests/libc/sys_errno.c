/* Errors of system calls, and the calls whose arguments are not passed as they come. */
#include <sys/mman.h>
#include <sys/syscall.h>
#include <fcntl.h>
#include <unistd.h>

#include "../check.h"

int
main(void)
{
	char path[] = "/tmp/sys_errno.XXXXXX", buffer[8], *map;
	int fd, fds[2];

	CHECK_ERRNO(close(-1), EBADF);
	CHECK_ERRNO(read(99, buffer, 1), EBADF);
	CHECK_ERRNO(syscall(SYS_close, -1), EBADF);
	CHECK_EQ(syscall(SYS_getpid), getpid());
	CHECK_EQ(__syscall(SYS_getpid), getpid());
	CHECK_EQ(syscall(SYS_getppid), getppid());
	CHECK_ERRNO((long)mmap(NULL, 0, PROT_READ, MAP_ANON | MAP_FIXED | MAP_PRIVATE, 99, 1), EINVAL);

	fd = mkstemp(path);
	CHECK(fd != -1);
	CHECK_EQ(unlink(path), 0);
	CHECK_EQ(ftruncate(fd, 3 * 4096), 0);
	CHECK_EQ(lseek(fd, 0, SEEK_END), 3 * 4096);
	CHECK_EQ(lseek(fd, -1, SEEK_CUR), 3 * 4096 - 1);
	CHECK_EQ(pwrite(fd, "second page", 11, 4096), 11);
	CHECK_EQ(lseek(fd, 0, SEEK_CUR), 3 * 4096 - 1);
	CHECK_EQ(pread(fd, buffer, 6, 4096), 6);
	CHECK_EQ(memcmp(buffer, "second", 6), 0);
	map = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 4096);
	CHECK(map != MAP_FAILED);
	CHECK_STR(map, "second page");
	CHECK_EQ(munmap(map, 4096), 0);
	CHECK_ERRNO(lseek(fd, -1, SEEK_SET), EINVAL);
	CHECK_EQ(close(fd), 0);

	CHECK_EQ(pipe(fds), 0);
	CHECK_ERRNO(lseek(fds[0], 0, SEEK_CUR), ESPIPE);
	CHECK_EQ(write(fds[1], "x", 1), 1);
	CHECK_EQ(read(fds[0], buffer, sizeof(buffer)), 1);
	close(fds[0]);
	close(fds[1]);
	CHECK_EQ(pipe2(fds, O_CLOEXEC), 0);
	CHECK_EQ(fcntl(fds[0], F_GETFD), FD_CLOEXEC);
	return 0;
}
