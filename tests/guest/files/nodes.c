/* How many files a memory file system has is limited, empty as they may be; and how many names. */
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <fcntl.h>
#include <unistd.h>

#include "check.h"

#define MANY	5000	/* more than there is room for on a machine with 4 MiB */

static char path[32];

static const char *
name(int i)
{
	snprintf(path, sizeof(path), "/tmp/%d", i);
	return path;
}

static void
expect_full(void)
{
	CHECK_ERRNO(open("/tmp/more", O_CREAT | O_WRONLY, 0600), ENOSPC);
	CHECK_ERRNO(mkdir("/tmp/more", 0700), ENOSPC);
	CHECK_ERRNO(mkfifo("/tmp/more", 0600), ENOSPC);
	CHECK_ERRNO(symlink("x", "/tmp/more"), ENOSPC);
	CHECK_ERRNO(link(name(0), "/tmp/more"), ENOSPC);
}

int
main(void)
{
	struct statvfs before, fs;
	struct stat st;
	int fd, n, i;

	CHECK_EQ(statvfs("/tmp", &before), 0);
	for (n = 0; n < MANY; n++) {
		if ((fd = open(name(n), O_CREAT | O_WRONLY | O_EXCL, 0600)) == -1)
			break;
		CHECK_EQ(close(fd), 0);
	}
	CHECK_EQ(errno, ENOSPC);
	CHECK(n > 1000 && n < MANY);
	expect_full();
	CHECK_EQ(statvfs("/tmp", &fs), 0);
	CHECK_EQ(fs.f_files, before.f_files);
	CHECK_EQ(fs.f_ffree, before.f_ffree - (unsigned)n);
	CHECK_EQ(stat("/tmp", &st), 0);
	CHECK_EQ(st.st_nlink, 2);

	/* A name may change all the same, and one that goes makes room for another. */
	CHECK_EQ(rename(name(1), "/tmp/moved"), 0);
	CHECK_EQ(rename("/tmp/moved", name(2)), 0);
	CHECK_EQ(mkdir("/tmp/more", 0700), 0);
	CHECK_EQ(rmdir("/tmp/more"), 0);
	for (i = 2; i < n; i++)
		CHECK_EQ(unlink(name(i)), 0);

	/* Names of one file are no less. */
	for (i = 2; i < MANY; i++)
		if (link("/tmp/0", name(i)) == -1)
			break;
	CHECK_EQ(errno, ENOSPC);
	expect_full();
	CHECK(i <= n + 2);
	return 0;
}
