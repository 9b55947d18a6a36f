/* EVFILT_TIMER, and how long kevent waits. */
#include <poll.h>

#include "kq.h"

static long
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000L + ts.tv_nsec;
}

static void
near(long took, long wanted)
{
	if (took < wanted || took > wanted + 2 * MS)
		CHECK_FAIL("took %ld ns, not %ld", took, wanted);
}

static void
test_timeout(void)
{
	int kq = kqueue();
	struct timespec bad = { 0, 1000000000 }, negative = { -1, 0 }, wait = { 0, 30 * MS };
	struct kevent kev;
	long start = now();

	CHECK_EQ(kevent(kq, NULL, 0, &kev, 1, &wait), 0);
	near(now() - start, 30 * MS);
	CHECK_ERRNO(kevent(kq, NULL, 0, &kev, 1, &bad), EINVAL);
	CHECK_ERRNO(kevent(kq, NULL, 0, &kev, 1, &negative), EINVAL);
	start = now();
	CHECK_EQ(kevent(kq, NULL, 0, &kev, 0, NULL), 0);	/* no room, no wait */
	CHECK_EQ(kevent(kq, NULL, 0, NULL, 0, &wait), 0);
	near(now() - start, 0);
	close(kq);
}

static void
test_units(void)
{
	static const struct {
		unsigned unit;
		long value, ns;
	} cases[] = {
		{ NOTE_MSECONDS, 20, 20 * MS },
		{ NOTE_SECONDS, 2, 2000 * MS },
		{ NOTE_USECONDS, 7000, 7 * MS },
		{ NOTE_NSECONDS, 5000000, 5 * MS },
	};
	int kq = kqueue();
	unsigned i;

	for (i = 0; i < 4; i++) {
		long start = now();

		CHECK_EQ(change(kq, i, EVFILT_TIMER, EV_ADD | EV_ONESHOT, cases[i].unit, cases[i].value), 0);
		CHECK_EQ(expect(kq, i, EVFILT_TIMER).data, 1);
		near(now() - start, cases[i].ns);
		CHECK_EQ(change(kq, i, EVFILT_TIMER, EV_DELETE, 0, 0), ENOENT);
	}
	CHECK_EQ(change(kq, 1, EVFILT_TIMER, EV_ADD, 0, -1), EINVAL);
	CHECK_EQ(change(kq, 1, EVFILT_TIMER, EV_ADD, 0x100, 1), EINVAL);
	close(kq);
}

static void
test_periodic(void)
{
	int kq = kqueue();
	struct kevent kev;
	long start = now();

	CHECK_EQ(change(kq, 7, EVFILT_TIMER, EV_ADD, 0, 10), 0);
	CHECK_EQ(expect(kq, 7, EVFILT_TIMER).data, 1);
	near(now() - start, 10 * MS);
	CHECK_EQ(expect(kq, 7, EVFILT_TIMER).data, 1);
	near(now() - start, 20 * MS);
	usleep(35000);
	kev = expect(kq, 7, EVFILT_TIMER);
	CHECK_EQ(kev.data, 3);
	CHECK(kev.flags & EV_CLEAR);
	expect_none(kq);
	/* Added again it starts anew. */
	usleep(15000);
	start = now();
	CHECK_EQ(change(kq, 7, EVFILT_TIMER, EV_ADD, 0, 40), 0);
	expect_none(kq);
	CHECK_EQ(expect(kq, 7, EVFILT_TIMER).data, 1);
	near(now() - start, 40 * MS);
	/* Disabled it goes on counting. */
	CHECK_EQ(change(kq, 7, EVFILT_TIMER, EV_DISABLE, 0, 0), 0);
	usleep(85000);
	expect_none(kq);
	CHECK_EQ(change(kq, 7, EVFILT_TIMER, EV_ENABLE, 0, 0), 0);
	CHECK_EQ(expect(kq, 7, EVFILT_TIMER).data, 2);
	CHECK_EQ(change(kq, 7, EVFILT_TIMER, EV_DELETE, 0, 0), 0);
	usleep(50000);
	expect_none(kq);
	close(kq);
}

static void
test_absolute(void)
{
	int kq = kqueue();
	struct timespec ts;
	long start = now();

	clock_gettime(CLOCK_REALTIME, &ts);
	CHECK_EQ(change(kq, 1, EVFILT_TIMER, EV_ADD, NOTE_ABSTIME | NOTE_NSECONDS,
	    ts.tv_sec * 1000000000L + ts.tv_nsec + 15 * MS), 0);
	CHECK_EQ(expect(kq, 1, EVFILT_TIMER).data, 1);
	near(now() - start, 15 * MS);
	CHECK_EQ(change(kq, 1, EVFILT_TIMER, EV_ENABLE, 0, 0), ENOENT);	/* it was for once */
	start = now();
	CHECK_EQ(change(kq, 2, EVFILT_TIMER, EV_ADD, NOTE_ABSTIME | NOTE_SECONDS, ts.tv_sec - 100), 0);
	CHECK_EQ(expect(kq, 2, EVFILT_TIMER).data, 1);
	near(now() - start, 0);
	close(kq);
}

/* A queue can itself be waited for, by poll and by another queue. */
static void
test_nested(void)
{
	int kq = kqueue(), outer = kqueue();
	struct pollfd pfd = { .fd = kq, .events = POLLIN };
	struct kevent kev;

	CHECK_EQ(poll(&pfd, 1, 0), 0);
	CHECK_EQ(change(kq, 3, EVFILT_TIMER, EV_ADD | EV_ONESHOT, 0, 10), 0);
	CHECK_EQ(poll(&pfd, 1, 1000), 1);
	CHECK_EQ(pfd.revents, POLLIN);
	CHECK_EQ(expect(kq, 3, EVFILT_TIMER).data, 1);
	CHECK_EQ(poll(&pfd, 1, 0), 0);

	CHECK_EQ(change(outer, kq, EVFILT_READ, EV_ADD, 0, 0), 0);
	CHECK_EQ(change(outer, kq, EVFILT_WRITE, EV_ADD, 0, 0), EINVAL);
	CHECK_EQ(change(kq, kq, EVFILT_READ, EV_ADD, 0, 0), 0);
	expect_none(outer);
	expect_none(kq);
	CHECK_EQ(change(kq, kq, EVFILT_READ, EV_DELETE, 0, 0), 0);
	CHECK_EQ(change(kq, 4, EVFILT_TIMER, EV_ADD | EV_ONESHOT, 0, 10), 0);
	kev = expect(outer, kq, EVFILT_READ);
	CHECK_EQ(kev.data, 1);
	CHECK_EQ(expect(kq, 4, EVFILT_TIMER).data, 1);
	expect_none(outer);
	close(kq);
	expect_none(outer);
}

int
main(void)
{
	test_timeout();
	test_units();
	test_periodic();
	test_absolute();
	test_nested();
	return 0;
}
