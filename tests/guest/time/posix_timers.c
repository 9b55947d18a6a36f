/*
 * timer_create and kin: signals with their value, overruns, absolute times, limits; gone after fork and exec.
 */
#include <sys/types.h>
#include <sys/wait.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

#define MS 1000000L

static volatile int fired, code;
static void *volatile value;

static void
on_signal(int signo, siginfo_t *info, void *context)
{
	(void)signo;
	(void)context;
	fired++;
	code = info->si_code;
	value = info->si_value.sival_ptr;
}

/* Compute until the signal has come so many times; for a second at most. */
static void
wait_for(int times)
{
	for (long i = 0; fired < times; i++)
		CHECK(i < 300000000);
}

static timer_t
create(clockid_t clock, int notify)
{
	struct sigevent ev;
	timer_t id;

	memset(&ev, 0, sizeof(ev));
	ev.sigev_notify = notify;
	ev.sigev_signo = SIGUSR1;
	ev.sigev_value.sival_ptr = (void *)&fired;
	CHECK_EQ(timer_create(clock, &ev, &id), 0);
	return id;
}

static void
set(timer_t id, int flags, long long first, long long interval)
{
	struct itimerspec its = {
		{ interval / 1000000000, interval % 1000000000 }, { first / 1000000000, first % 1000000000 }
	};

	CHECK_EQ(timer_settime(id, flags, &its, NULL), 0);
}

int
main(int argc, char **argv)
{
	struct itimerspec its, old;
	struct sigaction sa;
	struct timespec ts;
	sigset_t usr1;
	timer_t id, ids[40];
	int n, status;
	pid_t pid;

	if (argc > 1) {			/* after exec: none is left */
		CHECK_ERRNO(timer_gettime(atoi(argv[1]), &its), EINVAL);
		return 0;
	}
	memset(&sa, 0, sizeof(sa));
	sa.sa_sigaction = on_signal;
	sa.sa_flags = SA_SIGINFO;
	CHECK_EQ(sigaction(SIGUSR1, &sa, NULL), 0);
	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);

	id = create(CLOCK_MONOTONIC, SIGEV_SIGNAL);
	set(id, 0, 50 * MS, 0);
	pause();
	CHECK_EQ(fired, 1);
	CHECK_EQ(code, SI_TIMER);
	CHECK(value == &fired);

	/* While the signal is blocked, expirations are counted, not queued. */
	CHECK_EQ(sigprocmask(SIG_BLOCK, &usr1, NULL), 0);
	set(id, 0, 10 * MS, 10 * MS);
	CHECK_EQ(usleep(55000), 0);
	CHECK_EQ(timer_gettime(id, &its), 0);
	CHECK_EQ(its.it_interval.tv_nsec, 10 * MS);
	CHECK(its.it_value.tv_nsec > 4 * MS && its.it_value.tv_nsec <= 5 * MS);
	CHECK_EQ(sigprocmask(SIG_UNBLOCK, &usr1, NULL), 0);
	CHECK_EQ(fired, 2);
	CHECK_EQ(timer_getoverrun(id), 0);
	pause();			/* the next one tells how many were lost before it */
	CHECK_EQ(fired, 3);
	CHECK_EQ(timer_getoverrun(id), 4);
	memset(&its, 0, sizeof(its));
	CHECK_EQ(timer_settime(id, 0, &its, &old), 0);
	CHECK_EQ(old.it_interval.tv_nsec, 10 * MS);

	/* Until a moment of the time of day. */
	CHECK_EQ(timer_delete(id), 0);
	CHECK_ERRNO(timer_delete(id), EINVAL);
	id = create(CLOCK_REALTIME, SIGEV_SIGNAL);
	CHECK_EQ(clock_gettime(CLOCK_REALTIME, &ts), 0);
	set(id, TIMER_ABSTIME, (ts.tv_sec + 3) * 1000000000LL, 0);
	pause();
	CHECK_EQ(fired, 4);
	CHECK_EQ(time(NULL), ts.tv_sec + 3);
	set(id, TIMER_ABSTIME, ts.tv_sec * 1000000000LL, 0);	/* past: at once */
	wait_for(5);

	/* On CPU time. */
	CHECK_EQ(timer_delete(id), 0);
	id = create(CLOCK_VIRTUAL, SIGEV_SIGNAL);
	set(id, 0, 5 * MS, 0);
	CHECK_EQ(usleep(100000), 0);
	CHECK_EQ(fired, 5);
	wait_for(6);
	CHECK_EQ(timer_delete(id), 0);

	/* Without notification it only runs. */
	id = create(CLOCK_MONOTONIC, SIGEV_NONE);
	set(id, 0, MS, 0);
	CHECK_EQ(usleep(5000), 0);
	CHECK_EQ(timer_gettime(id, &its), 0);
	CHECK_EQ(its.it_value.tv_nsec, 0);
	CHECK_EQ(fired, 6);

	its.it_value.tv_nsec = 1000000000;
	CHECK_ERRNO(timer_settime(id, 0, &its, NULL), EINVAL);
	CHECK_ERRNO(timer_settime(1, 0, &old, NULL), EINVAL);	/* setitimer's, not ours */
	CHECK_ERRNO(timer_create(99, NULL, &id), EINVAL);
	for (n = 0; n < 40 && timer_create(CLOCK_MONOTONIC, NULL, &ids[n]) == 0; n++)
		continue;
	CHECK_EQ(errno, EAGAIN);
	CHECK_EQ(n, 31);

	set(id, 0, 1000 * MS, 0);
	pid = fork();
	if (pid == 0) {
		CHECK_ERRNO(timer_gettime(id, &its), EINVAL);
		_exit(0);
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 0);
	char number[12];
	snprintf(number, sizeof(number), "%d", (int)id);
	execl("/bin/posix_timers", argv[0], number, (char *)NULL);
	CHECK_FAIL("exec: errno %d", errno);
}
