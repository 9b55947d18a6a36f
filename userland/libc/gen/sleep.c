/*
 * Waiting for time to pass, and for signals.
 */
#include <sys/time.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

unsigned int
sleep(unsigned int seconds)
{
	struct timespec want = { .tv_sec = seconds }, left;

	if (nanosleep(&want, &left) == 0)
		return 0;
	/* A started second counts as slept only when it is over. */
	return left.tv_sec + (left.tv_nsec > 0);
}

int
usleep(useconds_t microseconds)
{
	struct timespec want = {
		.tv_sec = microseconds / 1000000,
		.tv_nsec = microseconds % 1000000 * 1000,
	};

	return nanosleep(&want, NULL);
}

int
pause(void)
{
	sigset_t mask;

	if (sigprocmask(SIG_BLOCK, NULL, &mask) == -1)
		return -1;
	return sigsuspend(&mask);
}

unsigned int
alarm(unsigned int seconds)
{
	struct itimerval new = { .it_value.tv_sec = seconds }, old;

	if (setitimer(ITIMER_REAL, &new, &old) == -1)
		return (unsigned int)-1;
	return old.it_value.tv_sec + (old.it_value.tv_usec > 0);
}

useconds_t
ualarm(useconds_t first, useconds_t interval)
{
	struct itimerval new = {
		.it_value = { .tv_sec = first / 1000000, .tv_usec = first % 1000000 },
		.it_interval = { .tv_sec = interval / 1000000, .tv_usec = interval % 1000000 },
	};
	struct itimerval old;

	if (setitimer(ITIMER_REAL, &new, &old) == -1)
		return (useconds_t)-1;
	return old.it_value.tv_sec * 1000000 + old.it_value.tv_usec;
}
