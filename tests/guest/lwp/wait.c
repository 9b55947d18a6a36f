/* _lwp_wait and _lwp_detach. */
#include <time.h>

#include "lwps.h"

static volatile int go, arrived, error_seen, done;

static void
waits(void *argument)
{
	(void)argument;
	await(&go);
}

static void
waits_for(void *argument)
{
	arrived = 1;
	error_seen = _lwp_wait(*(lwpid_t *)argument, NULL) == -1 ? errno : 0;
	done = 1;
}

static void
sleeps(void *argument)
{
	const struct timespec t = { 0, 5000000 };

	(void)argument;
	nanosleep(&t, NULL);
}

int
main(void)
{
	lwpid_t self = _lwp_self(), a, b, gone;

	CHECK_ERRNO(_lwp_wait(self, NULL), EDEADLK);
	CHECK_ERRNO(_lwp_wait(0, NULL), ESRCH);
	CHECK_ERRNO(_lwp_wait(12345, NULL), ESRCH);
	CHECK_ERRNO(_lwp_detach(12345), ESRCH);

	/* One that waits for the caller. */
	a = start(waits_for, &self, 0);
	await(&arrived);
	sched_yield();
	CHECK_ERRNO(_lwp_wait(a, NULL), EDEADLK);
	/* Any: both wait for each other's end, which nobody can bring about. */
	CHECK_ERRNO(_lwp_wait(0, NULL), EDEADLK);

	/* Two that end in an order of their own. The first one still waits for the caller. */
	b = start(sleeps, NULL, 0);
	gone = 0;
	CHECK_EQ(_lwp_wait(0, &gone), 0);
	CHECK_EQ(gone, b);

	/* A detached one cannot be waited for, dead or alive. */
	b = start(waits, NULL, 0);
	CHECK_EQ(_lwp_detach(b), 0);
	CHECK_ERRNO(_lwp_detach(b), EINVAL);
	CHECK_ERRNO(_lwp_wait(b, NULL), EINVAL);
	go = 1;
	while (_lwp_kill(b, 0) == 0)
		sched_yield();
	CHECK_ERRNO(_lwp_wait(b, NULL), ESRCH);

	/* Detaching one that has ended collects it. */
	b = start(waits, NULL, 0);
	while (_lwp_kill(b, 0) == 0)
		sched_yield();
	CHECK_EQ(_lwp_detach(b), 0);
	CHECK_ERRNO(_lwp_wait(b, NULL), ESRCH);
	CHECK_ERRNO(_lwp_wait(b, (lwpid_t *)8), ESRCH);

	/* _lwp_wakeup ends a wait. */
	sleeps(NULL);
	CHECK_EQ(done, 0);
	CHECK_EQ(_lwp_wakeup(a), 0);
	sleeps(NULL);
	finish(a);
	CHECK_EQ(error_seen, EINTR);
	return 0;
}
