/* EVFILT_VNODE, and EVFILT_READ and EVFILT_WRITE on files. */
#include <sys/stat.h>

#include "kq.h"

#define ALL (NOTE_DELETE | NOTE_WRITE | NOTE_EXTEND | NOTE_ATTRIB | NOTE_LINK | NOTE_RENAME | NOTE_REVOKE)

static int kq;

static void
told(int fd, unsigned fflags)
{
	CHECK_EQ(expect(kq, fd, EVFILT_VNODE).fflags, fflags);
	expect_none(kq);
}

static void
test_file(void)
{
	int fd = open("file", O_RDWR | O_CREAT | O_TRUNC, 0644), other = open("file", O_RDWR);
	struct timespec times[2] = { { 1, 0 }, { 1, 0 } };
	char c;

	CHECK_EQ(change(kq, fd, EVFILT_VNODE, EV_ADD | EV_CLEAR, ALL, 0), 0);
	expect_none(kq);
	CHECK_EQ(write(other, "abcd", 4), 4);
	told(fd, NOTE_WRITE | NOTE_EXTEND);
	CHECK_EQ(pwrite(other, "x", 1, 0), 1);
	told(fd, NOTE_WRITE);
	CHECK_EQ(pread(other, &c, 1, 0), 1);	/* nobody asked for that */
	expect_none(kq);
	CHECK_EQ(chmod("file", 0600), 0);
	told(fd, NOTE_ATTRIB);
	CHECK_EQ(chown("file", 5, 6), 0);
	told(fd, NOTE_ATTRIB);
	CHECK_EQ(futimens(other, times), 0);
	told(fd, NOTE_ATTRIB);
	CHECK_EQ(ftruncate(other, 100), 0);
	told(fd, NOTE_ATTRIB | NOTE_EXTEND);
	CHECK_EQ(truncate("file", 10), 0);
	told(fd, NOTE_ATTRIB);
	CHECK_EQ(link("file", "second"), 0);
	told(fd, NOTE_LINK);
	CHECK_EQ(rename("file", "third"), 0);
	told(fd, NOTE_RENAME);
	CHECK_EQ(unlink("second"), 0);
	told(fd, NOTE_LINK);
	CHECK_EQ(unlink("third"), 0);
	told(fd, NOTE_DELETE);
	close(other);
	close(fd);
}

/* What happened stays until it is told, and without EV_CLEAR even longer. */
static void
test_sticky(void)
{
	int fd = open("file", O_RDWR | O_CREAT | O_TRUNC, 0644);

	CHECK_EQ(change(kq, fd, EVFILT_VNODE, EV_ADD, NOTE_WRITE | NOTE_ATTRIB, 0), 0);
	CHECK_EQ(write(fd, "a", 1), 1);
	CHECK_EQ(fchmod(fd, 0600), 0);
	CHECK_EQ(expect(kq, fd, EVFILT_VNODE).fflags, NOTE_WRITE | NOTE_ATTRIB);
	CHECK_EQ(expect(kq, fd, EVFILT_VNODE).fflags, NOTE_WRITE | NOTE_ATTRIB);
	close(fd);
	expect_none(kq);
}

static void
test_more(void)
{
	int fd = open("file", O_RDWR | O_CREAT, 0644), other;
	char c;

	CHECK_EQ(change(kq, fd, EVFILT_VNODE, EV_ADD | EV_CLEAR, NOTE_OPEN | NOTE_CLOSE | NOTE_CLOSE_WRITE | NOTE_READ,
	    0), 0);
	other = open("file", O_RDONLY);
	told(fd, NOTE_OPEN);
	CHECK_EQ(read(other, &c, 1), 1);
	told(fd, NOTE_READ);
	close(other);
	told(fd, NOTE_CLOSE);
	other = open("file", O_WRONLY);
	told(fd, NOTE_OPEN);
	close(other);
	told(fd, NOTE_CLOSE_WRITE);
	close(fd);
}

static void
test_directory(void)
{
	int fd;

	CHECK_EQ(mkdir("dir", 0755), 0);
	fd = open("dir", O_RDONLY);
	CHECK_EQ(change(kq, fd, EVFILT_VNODE, EV_ADD | EV_CLEAR, ALL, 0), 0);
	close(open("dir/a", O_WRONLY | O_CREAT, 0644));
	told(fd, NOTE_WRITE);
	CHECK_EQ(rename("dir/a", "dir/b"), 0);
	told(fd, NOTE_WRITE);
	CHECK_EQ(mkdir("dir/sub", 0755), 0);
	told(fd, NOTE_WRITE | NOTE_LINK);
	CHECK_EQ(rmdir("dir/sub"), 0);
	told(fd, NOTE_WRITE | NOTE_LINK);
	CHECK_EQ(unlink("dir/b"), 0);
	told(fd, NOTE_WRITE);
	CHECK_EQ(rename("dir", "moved"), 0);
	told(fd, NOTE_RENAME);
	CHECK_EQ(rmdir("moved"), 0);
	told(fd, NOTE_DELETE);
	close(fd);
}

/* A file can be read unless its offset is at its end, before or behind. */
static void
test_contents(void)
{
	int fd = open("file", O_RDWR | O_CREAT | O_TRUNC, 0644), other = open("file", O_WRONLY);
	char buf[8];

	CHECK_EQ(change(kq, fd, EVFILT_READ, EV_ADD, 0, 0), 0);
	expect_none(kq);
	CHECK_EQ(write(other, "12345", 5), 5);
	CHECK_EQ(expect(kq, fd, EVFILT_READ).data, 5);
	CHECK_EQ(read(fd, buf, 2), 2);
	CHECK_EQ(expect(kq, fd, EVFILT_READ).data, 3);
	CHECK_EQ(lseek(fd, 7, SEEK_SET), 7);
	CHECK_EQ(expect(kq, fd, EVFILT_READ).data, -2);
	CHECK_EQ(lseek(fd, 0, SEEK_END), 5);
	expect_none(kq);
	CHECK_EQ(change(kq, fd, EVFILT_READ, EV_DELETE, 0, 0), 0);
	CHECK_EQ(change(kq, fd, EVFILT_WRITE, EV_ADD, 0, 0), 0);
	expect(kq, fd, EVFILT_WRITE);
	close(fd);
	close(other);
	fd = open("/dev/null", O_RDWR);
	CHECK_EQ(change(kq, fd, EVFILT_READ, EV_ADD | EV_ONESHOT, 0, 0), 0);
	CHECK_EQ(expect(kq, fd, EVFILT_READ).data, 0);
	close(fd);
	expect_none(kq);
}

int
main(void)
{
	kq = kqueue();
	test_file();
	test_sticky();
	test_more();
	test_directory();
	test_contents();
	return 0;
}
