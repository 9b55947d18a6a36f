/* fdiscard of far more than there is: of a file with holes, and of one that came with the machine. */
#include <sys/stat.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include "check.h"

#define PAGE	4096

static blkcnt_t
blocks(int fd)
{
	struct stat st;

	CHECK_EQ(fstat(fd, &st), 0);
	return st.st_blocks;
}

static void
expect_byte(int fd, off_t at, int byte)
{
	unsigned char c = 1;

	CHECK_EQ(pread(fd, &c, 1, at), 1);
	CHECK_EQ(c, byte);
}

int
main(void)
{
	static char text[4 * PAGE];
	int fd;

	memset(text, 'x', sizeof(text));
	CHECK((fd = open("/tmp/holes", O_RDWR | O_CREAT, 0600)) >= 0);
	CHECK_EQ(pwrite(fd, text, sizeof(text), 0), sizeof(text));
	CHECK_EQ(ftruncate(fd, LLONG_MAX), 0);
	CHECK_EQ(pwrite(fd, "end", 3, LLONG_MAX - 3), 3);
	CHECK_EQ(blocks(fd), 5 * PAGE / 512);
	CHECK_EQ(fdiscard(fd, PAGE + 1, LLONG_MAX - 2 - (PAGE + 1)), 0);
	CHECK_EQ(blocks(fd), 3 * PAGE / 512);	/* the first, and the one at each end */
	expect_byte(fd, PAGE, 'x');
	expect_byte(fd, PAGE + 1, 0);
	expect_byte(fd, 3 * PAGE, 0);
	expect_byte(fd, LLONG_MAX - 3, 0);
	expect_byte(fd, LLONG_MAX - 2, 'n');
	CHECK_EQ(fdiscard(fd, 0, LLONG_MAX), 0);
	expect_byte(fd, 0, 0);

	CHECK((fd = open("/etc/text", O_RDWR)) >= 0);
	CHECK_EQ(ftruncate(fd, LLONG_MAX), 0);
	CHECK_EQ(fdiscard(fd, 1, LLONG_MAX - 1), 0);
	expect_byte(fd, 0, 'w');
	expect_byte(fd, 1, 0);
	expect_byte(fd, PAGE, 0);
	return 0;
}
