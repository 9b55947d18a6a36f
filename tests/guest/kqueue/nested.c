/* Queues that watch queues: an event goes through any number of them. */
#include "kq.h"

#include <sys/resource.h>

#define QUEUES	400

/* The first queue's event is the last one's, too, and gone when the first one's is collected. */
static void
chain(const int *queues)
{
	struct kevent kev;

	CHECK_EQ(change(queues[0], 1, EVFILT_USER, EV_ADD | EV_CLEAR, 0, 0), 0);
	for (int i = 1; i < QUEUES; i++)
		CHECK_EQ(change(queues[i], queues[i - 1], EVFILT_READ, EV_ADD, 0, 0), 0);
	expect_none(queues[QUEUES - 1]);
	CHECK_EQ(change(queues[0], 1, EVFILT_USER, 0, NOTE_TRIGGER, 0), 0);
	for (int i = QUEUES - 1; i > 0; i--) {
		kev = expect(queues[i], queues[i - 1], EVFILT_READ);
		CHECK_EQ(kev.data, 1);
	}
	expect(queues[0], 1, EVFILT_USER);
	for (int i = 0; i < QUEUES; i++)
		expect_none(queues[i]);
	for (int i = 1; i < QUEUES; i++)
		CHECK_EQ(change(queues[i], queues[i - 1], EVFILT_READ, EV_DELETE, 0, 0), 0);
}

/* Two that watch each other. */
static void
circle(int a, int b)
{
	CHECK_EQ(change(a, b, EVFILT_READ, EV_ADD, 0, 0), 0);
	CHECK_EQ(change(b, a, EVFILT_READ, EV_ADD, 0, 0), 0);
	CHECK_EQ(change(a, 1, EVFILT_USER, 0, NOTE_TRIGGER, 0), 0);
	expect(b, a, EVFILT_READ);
	CHECK_EQ(change(a, b, EVFILT_READ, EV_DELETE, 0, 0), 0);
	expect(a, 1, EVFILT_USER);
	CHECK_EQ(change(b, a, EVFILT_READ, EV_DELETE, 0, 0), 0);
}

/* A sleeper on the last of three wakes when something happens to the first. */
static void
sleeper(int a, int b, int c)
{
	struct kevent kev;
	pid_t child;
	int fds[2];

	CHECK_EQ(pipe(fds), 0);
	if ((child = fork()) == 0) {
		usleep(5000);
		_exit(write(fds[1], "x", 1) != 1);
	}
	CHECK_EQ(change(a, fds[0], EVFILT_READ, EV_ADD, 0, 0), 0);
	CHECK_EQ(change(b, a, EVFILT_READ, EV_ADD, 0, 0), 0);
	CHECK_EQ(change(c, b, EVFILT_READ, EV_ADD, 0, 0), 0);
	kev = expect(c, b, EVFILT_READ);
	CHECK_EQ(kev.data, 1);
	expect_exit(child, 0);
	CHECK_EQ(close(fds[0]), 0);
	CHECK_EQ(close(fds[1]), 0);
}

/* Every queue waits for SIGIO, and every event of a queue raises it. */
static void
sigio(const int *queues, int n)
{
	CHECK(signal(SIGIO, SIG_IGN) != SIG_ERR);
	for (int i = 0; i < n; i++) {
		CHECK_EQ(change(queues[i], SIGIO, EVFILT_SIGNAL, EV_ADD, 0, 0), 0);
		CHECK_EQ(fcntl(queues[i], F_SETOWN, getpid()), 0);
		CHECK_EQ(fcntl(queues[i], F_SETFL, O_ASYNC), 0);
	}
	CHECK_EQ(change(queues[0], 1, EVFILT_USER, 0, NOTE_TRIGGER, 0), 0);
	for (int i = 0; i < n; i++)
		CHECK_EQ(fcntl(queues[i], F_SETFL, 0), 0);
	expect(queues[0], 1, EVFILT_USER);
	for (int i = 0; i < n; i++)
		expect(queues[i], SIGIO, EVFILT_SIGNAL);
}

int
main(void)
{
	struct rlimit limit = { 1000, 1000 };
	int queues[QUEUES];

	CHECK_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
	for (int i = 0; i < QUEUES; i++)
		CHECK((queues[i] = kqueue()) >= 0);
	chain(queues);
	circle(queues[0], queues[1]);
	sleeper(queues[2], queues[3], queues[4]);
	sigio(queues, 200);
	return 0;
}
