/* Queues as descriptors, and notes on descriptors. */
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <poll.h>

#include "kq.h"

static void
test_queue(void)
{
	int kq = kqueue(), fds[2];
	struct stat st;
	char c;

	CHECK_EQ(fcntl(kq, F_GETFD), 0);
	CHECK_EQ(fcntl(kq, F_GETFL) & O_ACCMODE, O_RDWR);
	CHECK_ERRNO(read(kq, &c, 1), EOPNOTSUPP);
	CHECK_ERRNO(write(kq, &c, 1), EOPNOTSUPP);
	CHECK_ERRNO(lseek(kq, 0, SEEK_SET), ESPIPE);
	CHECK_EQ(change(kq, 1, EVFILT_USER, EV_ADD, 0, 0), 0);
	CHECK_EQ(change(kq, 1, EVFILT_USER, 0, NOTE_TRIGGER, 0), 0);
	CHECK_EQ(fstat(kq, &st), 0);
	CHECK(S_ISFIFO(st.st_mode));
	CHECK_EQ(st.st_size, 1);
	close(kq);
	CHECK_EQ(change(kq, 1, EVFILT_USER, EV_ADD, 0, 0), EBADF);
	CHECK_EQ(change(0, 1, EVFILT_USER, EV_ADD, 0, 0), EBADF);

	kq = kqueue1(O_CLOEXEC | O_NONBLOCK);
	CHECK_EQ(fcntl(kq, F_GETFD), FD_CLOEXEC);
	CHECK(fcntl(kq, F_GETFL) & O_NONBLOCK);
	CHECK_ERRNO(kqueue1(O_APPEND), EINVAL);
	CHECK_EQ(change(kq, 999, EVFILT_READ, EV_ADD, 0, 0), EBADF);
	CHECK_EQ(change(kq, -1, EVFILT_READ, EV_ADD, 0, 0), EBADF);
	CHECK_EQ(change(kq, 0, 77, EV_ADD, 0, 0), EINVAL);
	CHECK_EQ(change(kq, 0, EVFILT_AIO, EV_ADD, 0, 0), EINVAL);
	CHECK_EQ(pipe(fds), 0);
	CHECK_EQ(change(kq, fds[0], EVFILT_VNODE, EV_ADD, NOTE_WRITE, 0), EINVAL);
	CHECK_EQ(change(kq, fds[0], EVFILT_EMPTY, EV_ADD, 0, 0), EINVAL);
	CHECK_ERRNO(kevent(kq, (struct kevent *)8, 1, NULL, 0, NULL), EFAULT);
	close(kq);
	close(fds[0]);
	close(fds[1]);
}

/* A note is the descriptor's, not the file's. */
static void
test_closed(void)
{
	int kq = kqueue(), fds[2], copy;

	CHECK_EQ(pipe(fds), 0);
	copy = dup(fds[0]);
	CHECK_EQ(change(kq, fds[0], EVFILT_READ, EV_ADD, 0, 0), 0);
	CHECK_EQ(change(kq, copy, EVFILT_READ, EV_ADD, 0, 0), 0);
	CHECK_EQ(write(fds[1], "x", 1), 1);
	close(fds[0]);
	CHECK_EQ(expect(kq, copy, EVFILT_READ).data, 1);
	CHECK_EQ(change(kq, fds[0], EVFILT_READ, EV_DELETE, 0, 0), EBADF);
	/* The number again, for something else: nobody watches it. */
	CHECK_EQ(dup2(fds[1], copy), copy);
	expect_none(kq);
	CHECK_EQ(change(kq, copy, EVFILT_READ, EV_DELETE, 0, 0), ENOENT);
	close(copy);
	close(fds[1]);
	close(kq);
}

/* Two descriptors of one queue; the last one that goes ends it. */
static void
test_dup(void)
{
	int kq = kqueue(), copy = dup(kq);

	CHECK_EQ(change(kq, 1, EVFILT_USER, EV_ADD | EV_CLEAR, 0, 0), 0);
	close(kq);
	CHECK_EQ(change(copy, 1, EVFILT_USER, 0, NOTE_TRIGGER, 0), 0);
	expect(copy, 1, EVFILT_USER);
	close(copy);
}

/* A queue is kept by exec, with what it watches. */
static void
test_exec(void)
{
	int kq = kqueue(), closed = kqueue1(O_CLOEXEC);
	char number[16], other[16];
	pid_t pid = fork();

	CHECK(pid != -1);
	if (pid == 0) {
		CHECK_EQ(fcntl(kq, F_GETFD), -1);
		CHECK_EQ(kqueue(), kq);
		CHECK_EQ(change(kq, getpid(), EVFILT_PROC, EV_ADD, NOTE_EXEC, 0), 0);
		CHECK_EQ(change(kq, 5, EVFILT_TIMER, EV_ADD | EV_ONESHOT, 0, 10), 0);
		CHECK_EQ(fcntl(closed, F_GETFD), -1);
		closed = kqueue1(O_CLOEXEC);
		CHECK_EQ(change(closed, getpid(), EVFILT_PROC, EV_ADD, NOTE_EXEC, 0), 0);
		snprintf(number, sizeof(number), "%d", kq);
		snprintf(other, sizeof(other), "%d", closed);
		execl("/bin/descriptors", "descriptors", number, other, (char *)NULL);
		_exit(99);
	}
	expect_exit(pid, 0);
}

static int
after_exec(int kq, int closed)
{
	CHECK_EQ(expect(kq, getpid(), EVFILT_PROC).fflags, NOTE_EXEC);
	CHECK_EQ(expect(kq, 5, EVFILT_TIMER).data, 1);
	CHECK_EQ(fcntl(closed, F_GETFD), -1);
	return 0;
}

static void
test_names(void)
{
	int kq = kqueue();
	char name[32];
	struct kfilter_mapping map = { .name = name, .len = sizeof(name), .filter = EVFILT_PROC };

	CHECK_EQ(ioctl(kq, KFILTER_BYFILTER, &map), 0);
	CHECK_STR(name, "EVFILT_PROC");
	map.filter = 99;
	CHECK_ERRNO(ioctl(kq, KFILTER_BYFILTER, &map), EINVAL);
	strcpy(name, "EVFILT_TIMER");
	CHECK_EQ(ioctl(kq, KFILTER_BYNAME, &map), 0);
	CHECK_EQ(map.filter, EVFILT_TIMER);
	strcpy(name, "EVFILT_NONE");
	CHECK_ERRNO(ioctl(kq, KFILTER_BYNAME, &map), ENOENT);
	close(kq);
}

int
main(int argc, char **argv)
{
	if (argc > 2)
		return after_exec(atoi(argv[1]), atoi(argv[2]));
	test_queue();
	test_closed();
	test_dup();
	test_exec();
	test_names();
	return 0;
}
