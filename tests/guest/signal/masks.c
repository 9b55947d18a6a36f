/* Which signals are blocked while a handler runs: sa_mask, the signal itself, SA_NODEFER, SA_RESETHAND. */
#include <signal.h>

#include "child.h"

static volatile int depth, deepest, order[16], calls;
static int again = SIGUSR1;

static void
nest(int signo)
{
	order[calls++] = signo;
	depth++;
	if (depth > deepest)
		deepest = depth;
	if (depth < 3 && calls < 3)
		raise(again);
	depth--;
}

static void
run(int signo, int flags, sigset_t *mask)
{
	struct sigaction sa = { .sa_handler = nest, .sa_flags = flags };

	if (mask != NULL)
		sa.sa_mask = *mask;
	calls = depth = deepest = 0;
	CHECK_EQ(sigaction(signo, &sa, NULL), 0);
	CHECK_EQ(raise(signo), 0);
}

static void
reset_kills(void)
{
	run(SIGUSR1, SA_RESETHAND, NULL);
}

static int seen_in_handler;

static void
look(int signo)
{
	sigset_t now;

	sigprocmask(SIG_BLOCK, NULL, &now);
	for (int s = 1; s < 64; s++)
		if (sigismember(&now, s) != (s == signo || s == SIGHUP || s == SIGRTMIN || s == SIGUSR2))
			return;
	seen_in_handler = 1;
}

int
main(void)
{
	struct sigaction sa = { .sa_handler = look }, old;
	sigset_t set, now;

	/* Blocked while its handler runs; runs again afterwards. */
	run(SIGUSR1, 0, NULL);
	CHECK_EQ(calls, 3);
	CHECK_EQ(deepest, 1);

	run(SIGUSR1, SA_NODEFER, NULL);
	CHECK_EQ(calls, 3);
	CHECK_EQ(deepest, 3);

	/* With SA_NODEFER the signal leaves even an explicit sa_mask. */
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	run(SIGUSR1, SA_NODEFER, &set);
	CHECK_EQ(deepest, 3);
	CHECK_EQ(sigaction(SIGUSR1, NULL, &old), 0);
	CHECK_EQ(sigismember(&old.sa_mask, SIGUSR1), 0);

	/* The mask of a handler: the old one, sa_mask, and the signal. */
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	sigprocmask(SIG_BLOCK, &set, NULL);
	sigaddset(&sa.sa_mask, SIGHUP);
	sigaddset(&sa.sa_mask, SIGRTMIN);
	sigaddset(&sa.sa_mask, SIGKILL);
	CHECK_EQ(sigaction(SIGTERM, &sa, NULL), 0);
	CHECK_EQ(raise(SIGTERM), 0);
	CHECK(seen_in_handler);
	sigprocmask(SIG_BLOCK, NULL, &now);
	for (int s = 1; s < 64; s++)
		CHECK_EQ(sigismember(&now, s), s == SIGUSR2);
	CHECK_EQ(sigaction(SIGTERM, NULL, &old), 0);
	for (int s = 1; s < 64; s++)
		CHECK_EQ(sigismember(&old.sa_mask, s), s == SIGHUP || s == SIGRTMIN || s == SIGTERM);

	/* SA_RESETHAND: the handler once, then the default. */
	CHECK_KILLED(reset_kills, SIGUSR1);
	sa.sa_handler = look;
	sa.sa_flags = SA_RESETHAND;
	CHECK_EQ(sigaction(SIGWINCH, &sa, NULL), 0);
	CHECK_EQ(raise(SIGWINCH), 0);
	CHECK_EQ(sigaction(SIGWINCH, NULL, &old), 0);
	CHECK(old.sa_handler == SIG_DFL);
	CHECK_EQ(raise(SIGWINCH), 0);	/* ignored again */

	/* Several at once: lowest first, so the highest handler runs first and is interrupted by none. */
	sa.sa_handler = nest;
	sa.sa_flags = 0;
	sigemptyset(&sa.sa_mask);
	again = 0;
	CHECK_EQ(sigaction(SIGUSR1, &sa, NULL), 0);
	CHECK_EQ(sigaction(SIGHUP, &sa, NULL), 0);
	CHECK_EQ(sigaction(SIGTERM, &sa, NULL), 0);
	sigfillset(&set);
	sigprocmask(SIG_SETMASK, &set, NULL);
	raise(SIGTERM);
	raise(SIGUSR1);
	raise(SIGHUP);
	raise(SIGUSR1);
	calls = 0;
	sigemptyset(&set);
	sigprocmask(SIG_SETMASK, &set, NULL);
	CHECK_EQ(calls, 3);
	CHECK_EQ(order[0], SIGUSR1);
	CHECK_EQ(order[1], SIGTERM);
	CHECK_EQ(order[2], SIGHUP);
	return 0;
}
