/*
 * nanosleep and clock_nanosleep: how long, until when, and what a signal does to them.
 */
#include <sys/types.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

static volatile int alarms;

static void
on_alarm(int signo)
{
	(void)signo;
	alarms++;
}

static long long
now(void)
{
	struct timespec ts;

	CHECK_EQ(clock_gettime(CLOCK_MONOTONIC, &ts), 0);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

static void
alarm_in(long usec)
{
	struct itimerval it = { { 0, 0 }, { 0, usec } };

	CHECK_EQ(setitimer(ITIMER_REAL, &it, NULL), 0);
}

int
main(void)
{
	struct timespec ts = { 3600, 1 }, left = { 7, 7 };
	struct sigaction sa;
	long long start = now();
	int status;
	pid_t pid;

	CHECK_EQ(nanosleep(&ts, &left), 0);	/* an hour, in no time */
	CHECK(now() - start >= 3600000000001LL && now() - start < 3600100000000LL);
	CHECK_EQ(left.tv_sec, 0);
	CHECK_EQ(left.tv_nsec, 0);
	ts.tv_nsec = 1000000000;
	CHECK_ERRNO(nanosleep(&ts, NULL), EINVAL);
	ts.tv_nsec = 0;
	ts.tv_sec = -1;
	CHECK_ERRNO(nanosleep(&ts, NULL), EINVAL);
	CHECK_ERRNO(nanosleep((struct timespec *)8, NULL), EFAULT);

	/* A handler ends a sleep, with or without SA_RESTART. */
	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = on_alarm;
	for (int restart = 0; restart < 2; restart++) {
		sa.sa_flags = restart ? SA_RESTART : 0;
		CHECK_EQ(sigaction(SIGALRM, &sa, NULL), 0);
		alarm_in(400000);
		ts.tv_sec = 1;
		ts.tv_nsec = 0;
		CHECK_ERRNO(nanosleep(&ts, &left), EINTR);
		CHECK_EQ(alarms, restart + 1);
		CHECK_EQ(left.tv_sec, 0);
		CHECK(left.tv_nsec >= 600000000 && left.tv_nsec < 600100000);
	}

	/* An ignored one does not. */
	CHECK(signal(SIGALRM, SIG_IGN) != SIG_ERR);
	alarm_in(400000);
	start = now();
	CHECK_EQ(nanosleep(&ts, NULL), 0);
	CHECK(now() - start >= 1000000000);

	/* Stopped and continued, a sleep still ends when it should have. */
	pid = fork();
	if (pid == 0) {
		start = now();
		CHECK_EQ(nanosleep(&ts, NULL), 0);
		CHECK(now() - start >= 1000000000);
		_exit(0);
	}
	CHECK_EQ(usleep(100000), 0);
	CHECK_EQ(kill(pid, SIGSTOP), 0);
	CHECK_EQ(waitpid(pid, &status, WUNTRACED), pid);
	CHECK_EQ(usleep(100000), 0);
	CHECK_EQ(kill(pid, SIGCONT), 0);
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 0);

	/* clock_nanosleep: its errors are its value. */
	ts.tv_sec = 0;
	CHECK_EQ(clock_nanosleep(99, 0, &ts, NULL), EINVAL);
	CHECK_EQ(clock_nanosleep(CLOCK_MONOTONIC, 4, &ts, NULL), EINVAL);
	CHECK_EQ(clock_gettime(CLOCK_MONOTONIC, &ts), 0);
	ts.tv_sec += 5;
	CHECK_EQ(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL), 0);
	start = ts.tv_sec * 1000000000LL + ts.tv_nsec;
	CHECK(now() >= start && now() < start + 1000000);
	CHECK_EQ(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL), 0);
	CHECK_EQ(clock_gettime(CLOCK_REALTIME, &ts), 0);
	ts.tv_sec += 5;
	CHECK_EQ(clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &ts, NULL), 0);
	CHECK(time(NULL) >= ts.tv_sec);
	sa.sa_flags = SA_RESTART;
	CHECK_EQ(sigaction(SIGALRM, &sa, NULL), 0);
	alarm_in(1000);
	ts.tv_sec += 5;
	left.tv_sec = 77;
	CHECK_EQ(clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &ts, &left), EINTR);
	CHECK_EQ(left.tv_sec, 77);	/* a moment leaves nothing over */
	return 0;
}
