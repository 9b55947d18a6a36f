#include <time.h>

static int
clock_for(int base, clockid_t *clock)
{
	switch (base) {
	case TIME_UTC:
		*clock = CLOCK_REALTIME;
		return 1;
	case TIME_MONOTONIC:
		*clock = CLOCK_MONOTONIC;
		return 1;
	default:
		return 0;
	}
}

int
timespec_get(struct timespec *ts, int base)
{
	clockid_t clock;

	return clock_for(base, &clock) && clock_gettime(clock, ts) == 0 ? base : 0;
}

int
timespec_getres(struct timespec *ts, int base)
{
	clockid_t clock;

	if (!clock_for(base, &clock))
		return 0;
	return ts == NULL || clock_getres(clock, ts) == 0 ? base : 0;
}
