/*
 * setitimer's four timers: when they fire, what they count, what fork and exec do to them.
 */
#include <sys/types.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

static volatile sig_atomic_t count[64];
static volatile int code;

static void
on_signal(int signo, siginfo_t *info, void *context)
{
	(void)context;
	count[signo]++;
	code = info->si_code;
}

static long long
now(clockid_t clock)
{
	struct timespec ts;

	CHECK_EQ(clock_gettime(clock, &ts), 0);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

static void
set(int which, long value_us, long interval_us)
{
	struct itimerval it = {
		{ interval_us / 1000000, interval_us % 1000000 }, { value_us / 1000000, value_us % 1000000 }
	};

	CHECK_EQ(setitimer(which, &it, NULL), 0);
}

/* Compute until a signal has come so many times; for a second at most. */
static void
wait_for(int signo, int times)
{
	for (long i = 0; count[signo] < times; i++)
		CHECK(i < 300000000);
}

int
main(int argc, char **argv)
{
	struct itimerval it, old;
	struct sigaction sa;
	long long start;
	int status;
	pid_t pid;

	memset(&sa, 0, sizeof(sa));
	sa.sa_sigaction = on_signal;
	sa.sa_flags = SA_SIGINFO | SA_RESTART;
	CHECK_EQ(sigaction(SIGALRM, &sa, NULL), 0);
	CHECK_EQ(sigaction(SIGVTALRM, &sa, NULL), 0);
	CHECK_EQ(sigaction(SIGPROF, &sa, NULL), 0);
	if (argc > 1) {			/* the second life: a timer came along over exec */
		CHECK_EQ(getitimer(ITIMER_REAL, &it), 0);
		CHECK(it.it_value.tv_sec == 9 && it.it_interval.tv_sec == 20);
		CHECK_EQ(getitimer(ITIMER_VIRTUAL, &it), 0);
		CHECK(it.it_value.tv_sec == 4);
		return 0;
	}

	/* Real time, once: a sleeper is woken on the dot. */
	start = now(CLOCK_MONOTONIC);
	set(ITIMER_REAL, 1500000, 0);
	CHECK_EQ(getitimer(ITIMER_REAL, &it), 0);
	CHECK(it.it_value.tv_sec == 1 && it.it_value.tv_usec > 490000);
	pause();
	CHECK_EQ(count[SIGALRM], 1);
	CHECK_EQ(code, SI_TIMER);
	CHECK(now(CLOCK_MONOTONIC) - start >= 1500000000 && now(CLOCK_MONOTONIC) - start < 1501000000);
	CHECK_EQ(getitimer(ITIMER_REAL, &it), 0);
	CHECK(!timerisset(&it.it_value));

	/* Real time, periodic, while computing: it does not drift. */
	count[SIGALRM] = 0;
	start = now(CLOCK_MONOTONIC);
	set(ITIMER_MONOTONIC, 10000, 10000);
	wait_for(SIGALRM, 10);
	CHECK(now(CLOCK_MONOTONIC) - start >= 100000000 && now(CLOCK_MONOTONIC) - start < 101000000);
	memset(&it, 0, sizeof(it));
	CHECK_EQ(setitimer(ITIMER_MONOTONIC, &it, &old), 0);
	CHECK_EQ(old.it_interval.tv_usec, 10000);

	/* User time: what is slept does not count, and neither does the kernel's. */
	set(ITIMER_VIRTUAL, 20000, 0);
	CHECK_EQ(usleep(300000), 0);
	CHECK_EQ(count[SIGVTALRM], 0);
	start = now(CLOCK_VIRTUAL);
	wait_for(SIGVTALRM, 1);
	CHECK(now(CLOCK_VIRTUAL) - start > 19000000 && now(CLOCK_VIRTUAL) - start < 21000000);

	/* User and system time. */
	set(ITIMER_PROF, 20000, 20000);
	start = now(CLOCK_PROF);
	for (int i = 0; count[SIGPROF] < 5; i++) {
		CHECK(i < 200000);
		getppid();
	}
	CHECK(now(CLOCK_PROF) - start > 99000000 && now(CLOCK_PROF) - start < 101000000);
	set(ITIMER_PROF, 0, 0);

	CHECK_ERRNO(setitimer(4, &it, NULL), EINVAL);
	CHECK_ERRNO(getitimer(-1, &it), EINVAL);
	CHECK_ERRNO(setitimer(ITIMER_REAL, (struct itimerval *)8, NULL), EFAULT);
	it.it_value.tv_usec = 1000000;
	CHECK_ERRNO(setitimer(ITIMER_REAL, &it, NULL), EINVAL);
	it.it_value.tv_usec = -1;
	CHECK_ERRNO(setitimer(ITIMER_REAL, &it, NULL), EINVAL);

	/* A child has none, and an exec keeps them. */
	set(ITIMER_REAL, 10000000, 20000000);
	set(ITIMER_VIRTUAL, 5000000, 0);
	pid = fork();
	if (pid == 0) {
		CHECK_EQ(getitimer(ITIMER_REAL, &it), 0);
		CHECK(!timerisset(&it.it_value) && !timerisset(&it.it_interval));
		CHECK_EQ(getitimer(ITIMER_VIRTUAL, &it), 0);
		CHECK(!timerisset(&it.it_value));
		_exit(0);
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 0);
	execl("/bin/itimers", argv[0], "again", (char *)NULL);
	CHECK_FAIL("exec: errno %d", errno);
}
