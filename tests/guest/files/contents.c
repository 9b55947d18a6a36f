/* Files' contents: open modes, offsets, sizes, vectors, what stat says. */
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <fcntl.h>
#include <unistd.h>

#include "check.h"

static char buf[65536];

static void
offsets(void)
{
	int fd, fd2;

	CHECK_EQ(fd = open("f", O_RDWR | O_CREAT | O_EXCL, 0640), 3);
	CHECK_ERRNO(open("f", O_RDWR | O_CREAT | O_EXCL, 0640), EEXIST);
	CHECK_EQ(write(fd, "0123456789", 10), 10);
	CHECK_EQ(lseek(fd, 0, SEEK_CUR), 10);
	CHECK_EQ(lseek(fd, -4, SEEK_END), 6);
	CHECK_EQ(read(fd, buf, 100), 4);
	CHECK_EQ(memcmp(buf, "6789", 4), 0);
	CHECK_EQ(read(fd, buf, 100), 0);
	CHECK_EQ(pread(fd, buf, 3, 2), 3);
	CHECK_EQ(memcmp(buf, "234", 3), 0);
	CHECK_EQ(pwrite(fd, "XY", 2, 0), 2);
	CHECK_EQ(lseek(fd, 0, SEEK_CUR), 10);
	CHECK_EQ(fd2 = dup(fd), 4);
	CHECK_EQ(lseek(fd2, 0, SEEK_SET), 0);
	CHECK_EQ(read(fd, buf, 4), 4);
	CHECK_EQ(memcmp(buf, "XY23", 4), 0);
	CHECK_ERRNO(lseek(fd, -1, SEEK_SET), EINVAL);
	CHECK_EQ(close(fd), 0);
	CHECK_ERRNO(close(fd), EBADF);
	CHECK_ERRNO(read(fd, buf, 1), EBADF);
	CHECK_EQ(close(fd2), 0);
}

static void
modes(void)
{
	int r, w;

	CHECK_EQ(r = open("f", O_RDONLY), 3);
	CHECK_EQ(w = open("f", O_WRONLY | O_APPEND), 4);
	CHECK_ERRNO(write(r, "x", 1), EBADF);
	CHECK_ERRNO(read(w, buf, 1), EBADF);
	CHECK_EQ(fcntl(w, F_GETFL), O_WRONLY | O_APPEND);
	CHECK_EQ(write(w, "tail", 4), 4);
	CHECK_EQ(lseek(w, 0, SEEK_SET), 0);
	CHECK_EQ(write(w, "!", 1), 1);
	CHECK_EQ(read(r, buf, 100), 15);
	CHECK_EQ(memcmp(buf, "XY23456789tail!", 15), 0);
	CHECK_EQ(ftruncate(w, 3), 0);
	CHECK_EQ(lseek(r, 0, SEEK_END), 3);
	CHECK_EQ(truncate("f", 70000), 0);
	CHECK_EQ(pread(r, buf, 5, 69998), 2);
	CHECK_EQ(buf[0] | buf[1], 0);
	CHECK_ERRNO(ftruncate(r, 0), EINVAL);
	CHECK_ERRNO(truncate(".", 0), EISDIR);
	CHECK_EQ(close(w), 0);
	CHECK_EQ(w = open("f", O_WRONLY | O_TRUNC), 4);
	CHECK_EQ(read(r, buf, 1), 0);
	close(r);
	close(w);
}

static void
vectors(void)
{
	struct iovec iov[3];
	char a[4], b[8];
	int fd;

	fd = open("f", O_RDWR | O_TRUNC);
	iov[0].iov_base = "ab";
	iov[0].iov_len = 2;
	iov[1].iov_base = NULL;
	iov[1].iov_len = 0;
	iov[2].iov_base = "cdefgh";
	iov[2].iov_len = 6;
	CHECK_EQ(writev(fd, iov, 3), 8);
	CHECK_EQ(lseek(fd, 0, SEEK_SET), 0);
	iov[0].iov_base = a;
	iov[0].iov_len = sizeof a;
	iov[1].iov_base = b;
	iov[1].iov_len = sizeof b;
	CHECK_EQ(readv(fd, iov, 2), 8);
	CHECK_EQ(memcmp(a, "abcd", 4), 0);
	CHECK_EQ(memcmp(b, "efgh", 4), 0);
	CHECK_EQ(preadv(fd, iov, 2, 6), 2);
	CHECK_EQ(memcmp(a, "gh", 2), 0);
	CHECK_ERRNO(readv(fd, iov, -1), EINVAL);
	CHECK_ERRNO(pread(fd, (void *)8, 1, 0), EFAULT);
	CHECK_ERRNO(write(fd, (void *)8, 1), EFAULT);
	close(fd);
}

static void
status(void)
{
	struct stat st, link;
	int fd, n;

	fd = open("f", O_RDWR | O_TRUNC);
	CHECK_EQ(write(fd, buf, 5000), 5000);
	CHECK_EQ(fstat(fd, &st), 0);
	CHECK_EQ(st.st_mode, S_IFREG | 0640);
	CHECK_EQ(st.st_size, 5000);
	CHECK_EQ(st.st_blocks, 16);
	CHECK_EQ(st.st_nlink, 1);
	CHECK_EQ(st.st_uid, 0);
	CHECK_EQ(st.st_blksize, 4096);
	CHECK(st.st_mtime > 1600000000 && st.st_mtime < 4000000000LL);
	CHECK(st.st_birthtime <= st.st_mtime);
	CHECK_EQ(symlink("f", "s"), 0);
	CHECK_EQ(lstat("s", &link), 0);
	CHECK_EQ(link.st_mode & S_IFMT, S_IFLNK);
	CHECK_EQ(link.st_size, 1);
	CHECK_EQ(stat("s", &link), 0);
	CHECK_EQ(link.st_ino, st.st_ino);
	CHECK_EQ(link.st_dev, st.st_dev);
	CHECK_EQ(stat("/dev/null", &st), 0);
	CHECK(S_ISCHR(st.st_mode));
	CHECK_EQ(stat("/tmp", &st), 0);
	CHECK_EQ(st.st_mode, S_IFDIR | S_ISVTX | 0777);
	CHECK_EQ(lseek(fd, 4000, SEEK_SET), 4000);
	CHECK_EQ(ioctl(fd, FIONREAD, &n), 0);
	CHECK_EQ(n, 1000);
	CHECK_EQ(isatty(fd), 0);
	CHECK_EQ(errno, ENOTTY);
	close(fd);
}

static void
large(void)
{
	size_t i;
	int fd;

	for (i = 0; i < sizeof buf; i++)
		buf[i] = (char)(i * 31 >> 3);
	fd = open("big", O_RDWR | O_CREAT, 0600);
	for (i = 0; i < 8; i++)
		CHECK_EQ(write(fd, buf, sizeof buf), sizeof buf);
	CHECK_EQ(lseek(fd, 3 * sizeof buf - 100, SEEK_SET), 3 * sizeof buf - 100);
	memset(buf, 0, sizeof buf);
	CHECK_EQ(read(fd, buf, sizeof buf), sizeof buf);
	for (i = 0; i < sizeof buf; i++)
		CHECK_EQ(buf[i], (char)((i + sizeof buf - 100) % sizeof buf * 31 >> 3));
	CHECK_EQ(unlink("big"), 0);
	CHECK_EQ(pread(fd, buf, 10, 0), 10);
	close(fd);
}

int
main(void)
{
	CHECK_EQ(chdir("/tmp"), 0);
	offsets();
	modes();
	vectors();
	status();
	large();
	return 0;
}
