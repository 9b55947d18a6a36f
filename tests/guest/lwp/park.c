/* ___lwp_park60, _lwp_unpark, _lwp_unpark_all. */
#include <signal.h>
#include <time.h>

#include "lwps.h"

static volatile int woke, error_seen;
static volatile lwpid_t turn;

static void
parks(void *argument)
{
	(void)argument;
	error_seen = _lwp_park(CLOCK_REALTIME, 0, NULL, 0, NULL, NULL) == -1 ? errno : 0;
	__atomic_fetch_add(&woke, 1, __ATOMIC_SEQ_CST);
}

static void
handler(int signo)
{
	(void)signo;
}

static void
pass_time(long ms)
{
	const struct timespec t = { 0, ms * 1000000 };

	nanosleep(&t, NULL);
}

static void
test_unpark(void)
{
	lwpid_t id = start(parks, NULL, 0), ids[3];
	int i;

	pass_time(1);
	CHECK_EQ(woke, 0);
	CHECK_EQ(_lwp_unpark(id, NULL), 0);
	finish(id);
	CHECK_EQ(error_seen, 0);

	/* An unpark that comes first is remembered. */
	CHECK_EQ(_lwp_unpark(_lwp_self(), NULL), 0);
	CHECK_ERRNO(_lwp_park(CLOCK_REALTIME, 0, NULL, 0, NULL, NULL), EALREADY);
	CHECK_ERRNO(_lwp_unpark(4711, NULL), ESRCH);

	CHECK(_lwp_unpark_all(NULL, 0, NULL) >= 3);
	CHECK_ERRNO(_lwp_unpark_all(ids, 0, NULL), EINVAL);
	CHECK_ERRNO(_lwp_unpark_all(ids, 100000, NULL), EINVAL);
	woke = 0;
	for (i = 0; i < 3; i++)
		ids[i] = start(parks, NULL, 0);
	pass_time(1);
	CHECK_EQ(_lwp_unpark_all(ids, 3, NULL), 0);
	for (i = 0; i < 3; i++)
		finish(ids[i]);
	CHECK_EQ(woke, 3);

	/* A signal ends it, whatever SA_RESTART says. */
	signal(SIGUSR1, handler);
	id = start(parks, NULL, 0);
	pass_time(1);
	CHECK_EQ(_lwp_kill(id, SIGUSR1), 0);
	finish(id);
	CHECK_EQ(error_seen, EINTR);
}

static void
test_timeout(void)
{
	struct timespec before, after, t = { 0, 30000000 };

	clock_gettime(CLOCK_MONOTONIC, &before);
	CHECK_ERRNO(_lwp_park(CLOCK_MONOTONIC, 0, &t, 0, NULL, NULL), ETIMEDOUT);
	CHECK_EQ(t.tv_sec, 0);
	CHECK_EQ(t.tv_nsec, 0);
	clock_gettime(CLOCK_MONOTONIC, &after);
	timespecsub(&after, &before, &after);
	CHECK(after.tv_sec == 0 && after.tv_nsec >= 30000000 && after.tv_nsec < 45000000);

	clock_gettime(CLOCK_REALTIME, &t);
	t.tv_sec += 10;
	CHECK_ERRNO(_lwp_park(CLOCK_REALTIME, TIMER_ABSTIME, &t, 0, NULL, NULL), ETIMEDOUT);
	clock_gettime(CLOCK_REALTIME, &after);
	CHECK(after.tv_sec >= t.tv_sec);
	CHECK_ERRNO(_lwp_park(CLOCK_REALTIME, TIMER_ABSTIME, &t, 0, NULL, NULL), ETIMEDOUT);
	CHECK_ERRNO(_lwp_park(77, 0, &t, 0, NULL, NULL), EINVAL);
	t.tv_nsec = 1000000000;
	CHECK_ERRNO(_lwp_park(CLOCK_REALTIME, 0, &t, 0, NULL, NULL), EINVAL);
}

/* Two that hand the turn to each other in one call each. */
static volatile int turns;
static volatile lwpid_t partner;

static void
other(void *argument)
{
	lwpid_t first = *(lwpid_t *)argument;
	int i;

	for (i = 0; i < 100; i++) {
		while (turns % 2 == 0)
			_lwp_park(CLOCK_REALTIME, 0, NULL, 0, NULL, NULL);
		turns++;
		_lwp_unpark(first, NULL);
	}
}

static void
test_handing_over(void)
{
	lwpid_t self = _lwp_self(), id = start(other, &self, 0);

	while (turns < 200) {
		if (turns % 2 == 0) {
			turns++;
			_lwp_park(CLOCK_REALTIME, 0, NULL, id, NULL, NULL);
		} else
			_lwp_park(CLOCK_REALTIME, 0, NULL, 0, NULL, NULL);
	}
	finish(id);
	CHECK_EQ(turns, 200);
}

int
main(void)
{
	test_unpark();
	test_timeout();
	test_handing_over();
	return 0;
}
