/* Event queues. */
#include <sys/event.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "../check.h"

static void
test_kqueue(void)
{
	struct timespec none = { 0, 0 };
	struct kevent change, event;
	int kq = kqueue1(O_CLOEXEC), fds[2];

	CHECK(kq != -1);
	CHECK_EQ(pipe(fds), 0);
	EV_SET(&change, fds[0], EVFILT_READ, EV_ADD, 0, 0, NULL);
	CHECK_EQ(kevent(kq, &change, 1, &event, 1, &none), 0);
	CHECK_EQ(write(fds[1], "abc", 3), 3);
	CHECK_EQ(kevent(kq, NULL, 0, &event, 1, NULL), 1);
	CHECK_EQ(event.ident, fds[0]);
	CHECK_EQ(event.data, 3);
	close(kq);
}

int
main(void)
{
	test_kqueue();
	return 0;
}
