/*
 * Clocks: which there are, that they go forward, what CPU clocks count, setting the time of day.
 */
#include <sys/types.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

static long long
now(clockid_t clock)
{
	struct timespec ts;

	CHECK_EQ(clock_gettime(clock, &ts), 0);
	CHECK(ts.tv_nsec >= 0 && ts.tv_nsec < 1000000000);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

static void
spin(long long ns)
{
	long long end = now(CLOCK_MONOTONIC) + ns;

	while (now(CLOCK_MONOTONIC) < end)
		continue;
}

static void
compute(void)
{
	for (volatile int i = 0; i < 2000000; i++)
		continue;
}

int
main(void)
{
	struct timespec ts, res;
	struct timeval tv;
	struct rusage ru, before;
	long long mono, cpu, real;
	clockid_t id;
	int status;
	pid_t pid;

	CHECK_EQ(clock_getres(CLOCK_MONOTONIC, &res), 0);
	CHECK_EQ(res.tv_sec, 0);
	CHECK_EQ(res.tv_nsec, 1);
	CHECK_ERRNO(clock_gettime(99, &ts), EINVAL);
	CHECK_ERRNO(clock_getres(99, &ts), EINVAL);
	CHECK_ERRNO(clock_gettime(CLOCK_REALTIME, (struct timespec *)8), EFAULT);

	mono = now(CLOCK_MONOTONIC);
	CHECK(now(CLOCK_MONOTONIC) > mono);
	real = now(CLOCK_REALTIME);
	CHECK_EQ(gettimeofday(&tv, NULL), 0);
	CHECK(tv.tv_sec * 1000000000LL + tv.tv_usec * 1000 >= real / 1000 * 1000);

	/* Sleeping takes time but no CPU time. */
	cpu = now(CLOCK_PROCESS_CPUTIME_ID);
	CHECK_EQ(usleep(500000), 0);
	CHECK(now(CLOCK_MONOTONIC) - mono >= 500000000);
	CHECK(now(CLOCK_PROCESS_CPUTIME_ID) - cpu < 1000000);
	/* Computing takes both; user time is what rusage says it is. */
	cpu = now(CLOCK_PROCESS_CPUTIME_ID);
	CHECK_EQ(getrusage(RUSAGE_SELF, &before), 0);
	compute();
	CHECK_EQ(getrusage(RUSAGE_SELF, &ru), 0);
	CHECK(now(CLOCK_PROCESS_CPUTIME_ID) - cpu > 1000000);
	CHECK(now(CLOCK_THREAD_CPUTIME_ID) <= now(CLOCK_PROCESS_CPUTIME_ID));
	CHECK(timercmp(&ru.ru_utime, &before.ru_utime, >));
	CHECK(ru.ru_maxrss > 0);
	CHECK(ru.ru_minflt > 0);
	CHECK(ru.ru_nvcsw >= 1);
	CHECK_ERRNO(getrusage(3, &ru), EINVAL);

	/* A child starts with none, and gives what it used to its parent when it is reaped. */
	pid = fork();
	if (pid == 0) {
		CHECK(now(CLOCK_PROCESS_CPUTIME_ID) < 1000000);
		CHECK_EQ(getrusage(RUSAGE_CHILDREN, &ru), 0);
		CHECK_EQ(ru.ru_utime.tv_sec + ru.ru_utime.tv_usec, 0);
		for (int i = 0; i < 20; i++)
			compute();
		_exit(0);
	}
	CHECK_EQ(clock_getcpuclockid(pid, &id), 0);
	spin(60000000);		/* both compute, so the child gets some of this */
	CHECK(now(id) > 1000000);
	CHECK_EQ(wait4(pid, &status, 0, &ru), pid);
	CHECK_EQ(status, 0);
	CHECK(ru.ru_utime.tv_usec >= 1000);
	CHECK_ERRNO(clock_gettime(id, &ts), ESRCH);
	CHECK_EQ(getrusage(RUSAGE_CHILDREN, &before), 0);
	CHECK_EQ(memcmp(&before.ru_utime, &ru.ru_utime, sizeof(ru.ru_utime)), 0);

	/* The time of day can be set, by root, and the steady clock does not care. */
	mono = now(CLOCK_MONOTONIC);
	ts.tv_sec = 1000;
	ts.tv_nsec = 0;
	CHECK_EQ(clock_settime(CLOCK_REALTIME, &ts), 0);
	CHECK(now(CLOCK_REALTIME) < 1001LL * 1000000000);
	CHECK(now(CLOCK_MONOTONIC) - mono < 1000000000);
	CHECK_EQ(time(NULL), 1000);
	CHECK_ERRNO(clock_settime(CLOCK_MONOTONIC, &ts), EINVAL);
	ts.tv_nsec = 1000000000;
	CHECK_ERRNO(clock_settime(CLOCK_REALTIME, &ts), EINVAL);
	pid = fork();
	if (pid == 0) {
		CHECK_EQ(setuid(1000), 0);
		ts.tv_nsec = 0;
		CHECK_ERRNO(clock_settime(CLOCK_REALTIME, &ts), EPERM);
		CHECK_ERRNO(settimeofday(&tv, NULL), EPERM);
		CHECK_ERRNO(adjtime(&tv, NULL), EPERM);
		_exit(0);
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 0);

	/* adjtime: half a millisecond a second. */
	real = now(CLOCK_REALTIME) - now(CLOCK_MONOTONIC);
	tv.tv_sec = 0;
	tv.tv_usec = 1200;
	CHECK_EQ(adjtime(&tv, NULL), 0);
	CHECK_EQ(sleep(10), 0);
	tv.tv_usec = 1;
	CHECK_EQ(adjtime(NULL, &tv), 0);
	CHECK_EQ(tv.tv_usec, 0);
	real = now(CLOCK_REALTIME) - now(CLOCK_MONOTONIC) - real;
	CHECK(real > 1150000 && real < 1250000);
	return 0;
}
