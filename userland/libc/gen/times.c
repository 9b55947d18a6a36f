/*
 * times(3): processor time in ticks. The result counts from some moment in the past: here, the machine's
 * start.
 */
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/times.h>
#include <time.h>

#define HZ 100

static clock_t
ticks(const struct timeval *tv)
{
	return tv->tv_sec * HZ + tv->tv_usec / (1000000 / HZ);
}

clock_t
times(struct tms *t)
{
	struct timespec now;
	struct rusage ru;

	if (getrusage(RUSAGE_SELF, &ru) == -1)
		return (clock_t)-1;
	t->tms_utime = ticks(&ru.ru_utime);
	t->tms_stime = ticks(&ru.ru_stime);
	if (getrusage(RUSAGE_CHILDREN, &ru) == -1)
		return (clock_t)-1;
	t->tms_cutime = ticks(&ru.ru_utime);
	t->tms_cstime = ticks(&ru.ru_stime);
	if (clock_gettime(CLOCK_MONOTONIC, &now) == -1)
		return (clock_t)-1;
	return now.tv_sec * HZ + now.tv_nsec / (1000000000 / HZ);
}
