/* Signals of the interval timers, and alarm: they come, as often as they should, into loops and sleeps. */
#include <sys/resource.h>
#include <sys/time.h>
#include <signal.h>
#include <time.h>

#include "child.h"

static volatile int calls[64];

static void
handler(int signo)
{
	calls[signo]++;
}

static int64_t
now_us(clockid_t clock)
{
	struct timespec ts;

	CHECK_EQ(clock_gettime(clock, &ts), 0);
	return ts.tv_sec * 1000000LL + ts.tv_nsec / 1000;
}

static void
set(int which, int us, int interval)
{
	struct itimerval it = { { 0, interval }, { 0, us } };

	CHECK_EQ(setitimer(which, &it, NULL), 0);
}

static void
forever(void)
{
	set(ITIMER_VIRTUAL, 5000, 0);
	for (;;)
		;
}

static void
alarmed(void)
{
	alarm(1);
	for (;;)
		pause();
}

int
main(void)
{
	struct itimerval it;
	int64_t t;

	signal(SIGALRM, handler);
	signal(SIGVTALRM, handler);
	signal(SIGPROF, handler);

	/* A loop that makes no system call is interrupted, at the right time. */
	t = now_us(CLOCK_MONOTONIC);
	set(ITIMER_REAL, 20000, 0);
	while (calls[SIGALRM] == 0)
		;
	t = now_us(CLOCK_MONOTONIC) - t;
	CHECK(t >= 20000 && t < 31000);

	/* Virtual time is user time alone: asleep, it stands still. */
	t = now_us(CLOCK_MONOTONIC);
	set(ITIMER_VIRTUAL, 10000, 0);
	sleep_ms(50);
	CHECK_EQ(calls[SIGVTALRM], 0);
	while (calls[SIGVTALRM] == 0)
		;
	t = now_us(CLOCK_MONOTONIC) - t;
	CHECK(t >= 59000 && t < 75000);
	set(ITIMER_PROF, 10000, 0);
	t = now_us(CLOCK_PROCESS_CPUTIME_ID);
	while (calls[SIGPROF] == 0)
		getppid();
	t = now_us(CLOCK_PROCESS_CPUTIME_ID) - t;
	CHECK(t >= 10000 && t < 21000);

	/* Again and again. */
	for (int which = ITIMER_REAL; which <= ITIMER_PROF; which++) {
		static const int signals[] = { SIGALRM, SIGVTALRM, SIGPROF };
		int signo = signals[which];

		calls[signo] = 0;
		set(which, 3000, 3000);
		while (calls[signo] < 10)
			;
		CHECK_EQ(getitimer(which, &it), 0);
		CHECK_EQ(it.it_interval.tv_usec, 3000);
		CHECK(it.it_value.tv_sec == 0 && it.it_value.tv_usec <= 3000 && it.it_value.tv_usec > 0);
		set(which, 0, 0);
		int seen = calls[signo];
		sleep_ms(20);
		CHECK_EQ(calls[signo], seen);
	}

	/* Blocked: one is pending, not several. */
	sigset_t block, old;
	sigemptyset(&block);
	sigaddset(&block, SIGALRM);
	CHECK_EQ(sigprocmask(SIG_BLOCK, &block, &old), 0);
	calls[SIGALRM] = 0;
	set(ITIMER_REAL, 1000, 1000);
	sleep_ms(20);
	set(ITIMER_REAL, 0, 0);
	CHECK_EQ(calls[SIGALRM], 0);
	CHECK_EQ(sigprocmask(SIG_SETMASK, &old, NULL), 0);
	CHECK_EQ(calls[SIGALRM], 1);

	/* alarm */
	CHECK_EQ(alarm(10), 0);
	CHECK_EQ(alarm(2), 10);
	CHECK_EQ(alarm(0), 2);
	calls[SIGALRM] = 0;
	t = now_us(CLOCK_MONOTONIC);
	alarm(1);
	CHECK_ERRNO(pause(), EINTR);
	CHECK_EQ(calls[SIGALRM], 1);
	t = now_us(CLOCK_MONOTONIC) - t;
	CHECK(t >= 1000000 && t < 1011000);

	/* Without a handler they kill. */
	signal(SIGVTALRM, SIG_DFL);
	signal(SIGALRM, SIG_DFL);
	CHECK_KILLED(forever, SIGVTALRM);
	CHECK_KILLED(alarmed, SIGALRM);

	/* Two loops share the processor although neither ever calls the kernel. */
	pid_t pid = fork();
	if (pid == 0)
		for (;;)
			;
	struct rusage ru;
	int status;
	t = now_us(CLOCK_MONOTONIC);
	while (now_us(CLOCK_MONOTONIC) - t < 100000)
		;
	kill(pid, SIGKILL);
	CHECK_EQ(wait4(pid, &status, 0, &ru), pid);
	CHECK(ru.ru_utime.tv_sec == 0 && ru.ru_utime.tv_usec > 25000 && ru.ru_utime.tv_usec < 75000);
	return 0;
}
