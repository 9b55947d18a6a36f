/*
 * Times that are far away. With a way as argument: wait for a moment that the clock never reaches.
 * Without: what can be set, and what is refused.
 */
#include <sys/types.h>
#include <sys/event.h>
#include <sys/futex.h>
#include <sys/stat.h>
#include <sys/sysctl.h>
#include <sys/time.h>
#include <fcntl.h>
#include <limits.h>
#include <lwp.h>
#include <mqueue.h>
#include <poll.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

#define NEVER	INT64_MAX
#define BOUND	(1LL << 40)	/* seconds from the epoch that can be set */

int __futex(volatile int *, int, int, const struct timespec *, volatile int *, int, int);

static struct timespec never = { NEVER, 999999999 };

static void
wait_for_ever(const char *way)
{
	if (strcmp(way, "nanosleep") == 0) {
		nanosleep(&never, NULL);
	} else if (strcmp(way, "5000000000") == 0) {
		struct timespec long_time = { 5000000000, 0 };

		nanosleep(&long_time, NULL);
	} else if (strcmp(way, "poll") == 0) {
		pollts(NULL, 0, &never, NULL);
	} else if (strcmp(way, "mqueue") == 0) {
		mqd_t q = mq_open("/far", O_RDWR | O_CREAT, 0600, NULL);
		static char message[32768];

		CHECK(q != (mqd_t)-1);
		mq_timedreceive(q, message, sizeof(message), NULL, &never);
	} else if (strcmp(way, "futex") == 0) {
		static int word;

		__futex(&word, FUTEX_WAIT, 0, &never, NULL, 0, 0);
	} else if (strcmp(way, "kevent") == 0) {
		struct kevent event;

		kevent(kqueue(), NULL, 0, &event, 1, &never);
	} else if (strcmp(way, "event timer") == 0) {
		struct kevent event;

		EV_SET(&event, 1, EVFILT_TIMER, EV_ADD, NOTE_SECONDS, NEVER / 1000000000, 0);
		kevent(kqueue(), &event, 1, &event, 1, NULL);
	} else if (strcmp(way, "setitimer") == 0) {
		struct itimerval it = { { NEVER, 999999 }, { NEVER, 999999 } };

		CHECK_EQ(setitimer(ITIMER_REAL, &it, NULL), 0);
		pause();
	} else if (strcmp(way, "park") == 0) {
		_lwp_park(CLOCK_MONOTONIC, 0, &never, 0, NULL, NULL);
	} else if (strcmp(way, "slew") == 0) {
		struct timeval delta = { BOUND, 0 };

		CHECK_EQ(adjtime(&delta, NULL), 0);
		pause();
	}
	CHECK_FAIL("%s: woken (errno %d)", way, errno);
}

static volatile int fired;

static void
on_alarm(int signo)
{
	(void)signo;
	fired++;
}

/* A moment of the time of day before the machine was started is past. */
static void
before_boot(void)
{
	struct itimerspec its = { { 0, 0 }, { 0, 1 } }, left;
	timer_t id;

	signal(SIGALRM, on_alarm);
	CHECK_EQ(timer_create(CLOCK_REALTIME, NULL, &id), 0);
	CHECK_EQ(timer_settime(id, TIMER_ABSTIME, &its, NULL), 0);
	for (int i = 0; fired == 0; i++)
		CHECK(i < 10000000);
	/* And once more, when it was to repeat. */
	its.it_interval.tv_sec = 1;
	CHECK_EQ(timer_settime(id, TIMER_ABSTIME, &its, NULL), 0);
	pause();
	pause();
	CHECK(fired >= 3);
	CHECK_EQ(timer_gettime(id, &left), 0);
	CHECK(left.it_value.tv_sec == 0 && left.it_value.tv_nsec > 0);
	CHECK_EQ(timer_delete(id), 0);
}

static int
set_seconds(long long seconds)
{
	struct timespec ts = { seconds, 0 };
	struct timeval tv = { seconds, 0 };
	int result = clock_settime(CLOCK_REALTIME, &ts);

	CHECK_EQ(settimeofday(&tv, NULL), result);
	return result;
}

static int
adjust(long long seconds, int microseconds, struct timeval *old)
{
	struct timeval delta = { seconds, microseconds };

	return adjtime(&delta, old);
}

static void
time_of_day(void)
{
	int mib[] = { CTL_KERN, KERN_BOOTTIME };
	struct itimerspec its = { { NEVER, 999999999 }, { NEVER, 999999999 } }, left;
	struct timespec boot, monotonic, now;
	struct timeval old;
	struct stat st;
	size_t size = sizeof(boot);
	timer_t ids[4];
	int fd;

	for (int clock = 0; clock < 4; clock++) {
		CHECK_EQ(timer_create(clock, NULL, &ids[clock]), 0);
		CHECK_EQ(timer_settime(ids[clock], TIMER_ABSTIME, &its, NULL), 0);
	}
	CHECK_ERRNO(set_seconds(NEVER), EINVAL);
	CHECK_ERRNO(set_seconds(INT64_MIN), EINVAL);
	CHECK_ERRNO(set_seconds(BOUND + 1), EINVAL);
	CHECK_ERRNO(set_seconds(-BOUND - 1), EINVAL);
	CHECK_EQ(set_seconds(BOUND), 0);
	CHECK_EQ(time(NULL), BOUND);
	CHECK((fd = open("/tmp/late", O_CREAT | O_RDWR, 0600)) >= 0);
	CHECK_EQ(fstat(fd, &st), 0);
	CHECK_EQ(st.st_mtime, BOUND);
	CHECK_EQ(set_seconds(-BOUND), 0);
	CHECK_EQ(clock_gettime(CLOCK_REALTIME, &now), 0);
	CHECK_EQ(clock_gettime(CLOCK_MONOTONIC, &monotonic), 0);
	CHECK_EQ(now.tv_sec, -BOUND);
	CHECK_EQ(sysctl(mib, 2, &boot, &size, NULL, 0), 0);
	CHECK(boot.tv_sec <= -BOUND && boot.tv_sec >= -BOUND - monotonic.tv_sec - 1);
	for (int clock = 0; clock < 4; clock++) {
		CHECK_EQ(timer_gettime(ids[clock], &left), 0);
		CHECK(left.it_value.tv_sec > NEVER - 60);
		CHECK_EQ(left.it_interval.tv_sec, NEVER);
	}

	CHECK_ERRNO(adjust(NEVER, 0, &old), EINVAL);
	CHECK_ERRNO(adjust(INT64_MIN, INT_MIN, &old), EINVAL);
	CHECK_ERRNO(adjust(1, 1000000, &old), EINVAL);
	CHECK_ERRNO(adjust(1, -1000000, &old), EINVAL);
	CHECK_EQ(adjust(-BOUND, -999999, &old), 0);
	CHECK_EQ(old.tv_sec, 0);
	CHECK_EQ(old.tv_usec, 0);
	CHECK_EQ(adjust(0, 0, &old), 0);
	CHECK_EQ(old.tv_sec, -BOUND - 1);
	CHECK_EQ(old.tv_usec, 1);
}

/* However long a slew, sleeping through it is one jump; a timer still expires when the clock says so. */
static void
slewed(void)
{
	struct itimerspec its = { { 0, 0 }, { 0, 0 } };
	struct timespec now, monotonic, day = { 86400, 0 };
	timer_t id;

	CHECK_EQ(timer_create(CLOCK_REALTIME, NULL, &id), 0);
	for (int sign = -1; sign <= 1; sign += 2) {
		CHECK_EQ(set_seconds(1000000), 0);
		CHECK_EQ(clock_gettime(CLOCK_MONOTONIC, &monotonic), 0);
		CHECK_EQ(adjust(sign * (1LL << 30), 0, NULL), 0);
		fired = 0;
		its.it_value.tv_sec = 2000000;
		CHECK_EQ(timer_settime(id, TIMER_ABSTIME, &its, NULL), 0);
		while (!fired)
			CHECK(nanosleep(&day, NULL) == 0 || fired);
		CHECK_EQ(clock_gettime(CLOCK_REALTIME, &now), 0);
		CHECK_EQ(now.tv_sec, 2000000);
		CHECK(now.tv_nsec < 1000000);
		CHECK_EQ(clock_gettime(CLOCK_MONOTONIC, &now), 0);
		/* 5 ms a second */
		CHECK((now.tv_sec - monotonic.tv_sec) * (1000 + sign * 5) / 1000000 == 999 ||
		    (now.tv_sec - monotonic.tv_sec) * (1000 + sign * 5) / 1000000 == 1000);
	}
	day.tv_sec = 1 << 30;
	CHECK_EQ(nanosleep(&day, NULL), 0);
}

int
main(int argc, char **argv)
{
	if (argc > 1)
		wait_for_ever(argv[1]);
	before_boot();
	time_of_day();
	slewed();
	return 0;
}
