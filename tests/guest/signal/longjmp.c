/* Leaving a handler by siglongjmp: the mask comes back, or does not; from nested handlers, from a sleep. */
#include <setjmp.h>
#include <signal.h>
#include <sys/time.h>

#include "child.h"

static sigjmp_buf back;
static volatile int depth;

static int
is_blocked(int signo)
{
	sigset_t set;

	CHECK_EQ(sigprocmask(SIG_BLOCK, NULL, &set), 0);
	return sigismember(&set, signo);
}

static void
out(int signo)
{
	siglongjmp(back, signo);
}

static void
nested(int signo)
{
	(void)signo;
	if (++depth == 5)
		siglongjmp(back, depth);
	raise(SIGUSR2);
}

int
main(void)
{
	struct sigaction sa = { .sa_handler = nested, .sa_flags = SA_NODEFER };
	struct itimerval it = { { 0, 0 }, { 0, 5000 } };
	int got;

	signal(SIGUSR1, out);
	if ((got = sigsetjmp(back, 1)) == 0)
		raise(SIGUSR1);
	CHECK_EQ(got, SIGUSR1);
	CHECK_EQ(is_blocked(SIGUSR1), 0);

	if ((got = sigsetjmp(back, 0)) == 0)
		raise(SIGUSR1);
	CHECK_EQ(got, SIGUSR1);
	CHECK_EQ(is_blocked(SIGUSR1), 1);
	sigset_t set;
	sigemptyset(&set);
	sigprocmask(SIG_SETMASK, &set, NULL);

	CHECK_EQ(sigaction(SIGUSR2, &sa, NULL), 0);
	if ((got = sigsetjmp(back, 1)) == 0)
		raise(SIGUSR2);
	CHECK_EQ(got, 5);
	CHECK_EQ(is_blocked(SIGUSR2), 0);

	/* Out of a sleep. */
	signal(SIGALRM, out);
	if ((got = sigsetjmp(back, 1)) == 0) {
		CHECK_EQ(setitimer(ITIMER_REAL, &it, NULL), 0);
		sleep(1000);
		CHECK_FAIL("slept through");
	}
	CHECK_EQ(got, SIGALRM);
	/* Out of a loop. */
	if ((got = sigsetjmp(back, 1)) == 0) {
		CHECK_EQ(setitimer(ITIMER_REAL, &it, NULL), 0);
		for (;;)
			;
	}
	CHECK_EQ(got, SIGALRM);
	/* Out of sigsuspend: its mask is not left behind. */
	if ((got = sigsetjmp(back, 1)) == 0) {
		CHECK_EQ(setitimer(ITIMER_REAL, &it, NULL), 0);
		sigfillset(&set);
		sigdelset(&set, SIGALRM);
		sigsuspend(&set);
	}
	CHECK_EQ(got, SIGALRM);
	CHECK_EQ(is_blocked(SIGUSR1), 0);
	return 0;
}
