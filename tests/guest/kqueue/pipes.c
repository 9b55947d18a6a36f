/* EVFILT_READ and EVFILT_WRITE on pipes and FIFOs. */
#include <sys/stat.h>

#include "kq.h"

static void
test_read(void)
{
	int kq = kqueue(), fds[2];
	struct kevent kev;
	char buf[16];

	CHECK_EQ(pipe(fds), 0);
	CHECK_EQ(change(kq, fds[0], EVFILT_READ, EV_ADD, 0, 0), 0);
	expect_none(kq);
	CHECK_EQ(write(fds[1], "abc", 3), 3);
	kev = expect(kq, fds[0], EVFILT_READ);
	CHECK_EQ(kev.data, 3);
	CHECK_EQ(kev.flags & EV_EOF, 0);
	/* It stays until it is not so any more. */
	CHECK_EQ(write(fds[1], "de", 2), 2);
	CHECK_EQ(expect(kq, fds[0], EVFILT_READ).data, 5);
	CHECK_EQ(read(fds[0], buf, 16), 5);
	expect_none(kq);
	CHECK_EQ(write(fds[1], "x", 1), 1);
	CHECK_EQ(close(fds[1]), 0);
	kev = expect(kq, fds[0], EVFILT_READ);
	CHECK_EQ(kev.data, 1);
	CHECK(kev.flags & EV_EOF);
	CHECK_EQ(read(fds[0], buf, 16), 1);
	kev = expect(kq, fds[0], EVFILT_READ);
	CHECK_EQ(kev.data, 0);
	CHECK(kev.flags & EV_EOF);
	close(fds[0]);
	expect_none(kq);
	close(kq);
}

static void
test_write(void)
{
	int kq = kqueue(), fds[2], free_then;
	static char big[65536];
	struct kevent kev;

	CHECK_EQ(pipe2(fds, O_NONBLOCK), 0);
	CHECK_EQ(change(kq, fds[1], EVFILT_WRITE, EV_ADD, 0, 0), 0);
	free_then = expect(kq, fds[1], EVFILT_WRITE).data;
	CHECK(free_then >= 512);
	while (write(fds[1], big, 512) == 512)
		continue;
	expect_none(kq);
	CHECK_EQ(read(fds[0], big, 4096), 4096);
	CHECK_EQ(expect(kq, fds[1], EVFILT_WRITE).data, 4096);
	CHECK_EQ(close(fds[0]), 0);
	kev = expect(kq, fds[1], EVFILT_WRITE);
	CHECK(kev.flags & EV_EOF);
	CHECK_EQ(change(kq, fds[1], EVFILT_WRITE, EV_DELETE, 0, 0), 0);
	/* Nobody will read from it any more. */
	CHECK_EQ(change(kq, fds[1], EVFILT_WRITE, EV_ADD, 0, 0), EBADF);
	close(fds[1]);
	close(kq);
}

static void
test_fifo(void)
{
	int kq = kqueue(), reader, writer;
	struct kevent kev;

	CHECK_EQ(mkfifo("fifo", 0600), 0);
	reader = open("fifo", O_RDONLY | O_NONBLOCK);
	CHECK(reader != -1);
	CHECK_EQ(change(kq, reader, EVFILT_READ, EV_ADD, 0, 0), 0);
	expect_none(kq);	/* nobody has come yet, so nobody has gone */
	writer = open("fifo", O_WRONLY);
	expect_none(kq);
	CHECK_EQ(write(writer, "hi", 2), 2);
	kev = expect(kq, reader, EVFILT_READ);
	CHECK_EQ(kev.data, 2);
	CHECK_EQ(kev.flags & EV_EOF, 0);
	close(writer);
	CHECK(expect(kq, reader, EVFILT_READ).flags & EV_EOF);
	writer = open("fifo", O_WRONLY);
	CHECK_EQ(expect(kq, reader, EVFILT_READ).flags & EV_EOF, 0);
	close(writer);
	close(reader);
	close(kq);
}

/* A process that sleeps in kevent is woken by another. */
static void
test_wakeup(void)
{
	int kq = kqueue(), fds[2], i;
	pid_t pid;
	char c;

	CHECK_EQ(pipe(fds), 0);
	CHECK_EQ(change(kq, fds[0], EVFILT_READ, EV_ADD, 0, 0), 0);
	pid = fork();
	if (pid == 0) {
		for (i = 0; i < 5; i++) {
			usleep(1000);
			CHECK_EQ(write(fds[1], "x", 1), 1);
		}
		_exit(0);
	}
	for (i = 0; i < 5; i++) {
		struct kevent kev;

		CHECK_EQ(kevent(kq, NULL, 0, &kev, 1, NULL), 1);
		CHECK_EQ(kev.ident, fds[0]);
		CHECK_EQ(read(fds[0], &c, 1), 1);
	}
	expect_exit(pid, 0);
	close(kq);
}

int
main(void)
{
	test_read();
	test_write();
	test_fifo();
	test_wakeup();
	return 0;
}
