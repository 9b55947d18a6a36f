/* A full file system: writes fail as a whole, and removing files makes room again. */
#include <sys/statvfs.h>
#include <fcntl.h>
#include <unistd.h>

#include "check.h"

static char buf[65536];

int
main(void)
{
	struct statvfs before, full, after;
	off_t size = 0, end;
	ssize_t n;
	int fd, round;

	memset(buf, 'x', sizeof buf);
	CHECK_EQ(statvfs("/tmp", &before), 0);
	CHECK_STR(before.f_fstypename, "tmpfs");
	CHECK_STR(before.f_mntonname, "/");
	CHECK_EQ(before.f_frsize, 4096);
	CHECK_EQ(before.f_namemax, 511);
	for (round = 0; round < 2; round++) {
		CHECK((fd = open("/tmp/big", O_RDWR | O_CREAT, 0600)) >= 0);
		size = 0;
		while ((n = write(fd, buf, sizeof buf)) > 0) {
			CHECK_EQ(n, sizeof buf);
			size += n;
		}
		CHECK_EQ(errno, ENOSPC);
		CHECK(size > 1 << 20);
		CHECK_EQ(end = lseek(fd, 0, SEEK_END), size);
		CHECK_EQ(statvfs("/tmp", &full), 0);
		CHECK(full.f_bfree < 16);
		CHECK_ERRNO(pwrite(fd, buf, sizeof buf, size + (1 << 20)), ENOSPC);
		CHECK_EQ(posix_fallocate(fd, 0, 1LL << 40), ENOSPC);
		CHECK_EQ(pwrite(fd, "y", 1, 0), 1);
		CHECK_EQ(unlink("/tmp/big"), 0);
		CHECK_EQ(close(fd), 0);
	}
	CHECK_EQ(statvfs("/tmp", &after), 0);
	CHECK(after.f_bfree + 16 >= before.f_bfree);
	return 0;
}
