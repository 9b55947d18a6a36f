/* sigaction(2): what it refuses, what it gives back, what ignoring does to pending signals. */
#include <signal.h>
#include <stdint.h>

#include "child.h"

int __sigaction_sigtramp(int, const struct sigaction *, struct sigaction *, const void *, int);

static void
handler(int signo)
{
	(void)signo;
}

static int
is_pending(int signo)
{
	sigset_t set;

	CHECK_EQ(sigpending(&set), 0);
	return sigismember(&set, signo);
}

int
main(void)
{
	struct sigaction sa = { .sa_handler = handler }, old;
	sigset_t set;

	/* As exec leaves it. */
	for (int s = 1; s < 64; s++) {
		CHECK_EQ(sigaction(s, NULL, &old), 0);
		CHECK(old.sa_handler == SIG_DFL);
		CHECK_EQ(old.sa_flags, SA_RESTART);
		for (int m = 1; m < 64; m++)
			CHECK_EQ(sigismember(&old.sa_mask, m), 0);
	}
	static const int bad[] = { 0, -1, 64, 65, 1000, INT32_MAX, INT32_MIN };
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CHECK_ERRNO(sigaction(bad[i], &sa, NULL), EINVAL);
		CHECK_ERRNO(sigaction(bad[i], NULL, &old), EINVAL);
	}
	for (int i = 0; i < 2; i++) {
		int s = i ? SIGKILL : SIGSTOP;

		CHECK_EQ(sigaction(s, NULL, &old), 0);
		CHECK(old.sa_handler == SIG_DFL);
		CHECK_ERRNO(sigaction(s, &sa, &old), EINVAL);
		sa.sa_handler = SIG_IGN;
		CHECK_ERRNO(sigaction(s, &sa, NULL), EINVAL);
		sa.sa_handler = SIG_DFL;
		CHECK_ERRNO(sigaction(s, &sa, NULL), EINVAL);
		sa.sa_handler = handler;
	}
	sa.sa_flags = 0x100;
	CHECK_ERRNO(sigaction(SIGUSR1, &sa, NULL), EINVAL);
	sa.sa_flags = (int)0x80000000;
	CHECK_ERRNO(sigaction(SIGUSR1, &sa, NULL), EINVAL);
	sa.sa_flags = SA_ONSTACK | SA_RESTART | SA_NODEFER | SA_SIGINFO;
	CHECK_EQ(sigaction(SIGUSR1, &sa, NULL), 0);
	CHECK_EQ(sigaction(SIGUSR1, NULL, &old), 0);
	CHECK_EQ(old.sa_flags, sa.sa_flags);
	CHECK(old.sa_handler == handler);

	/* A handler needs a trampoline of version 2; the default action does not. */
	CHECK_ERRNO(__sigaction_sigtramp(SIGUSR1, &sa, NULL, NULL, 2), EINVAL);
	CHECK_ERRNO(__sigaction_sigtramp(SIGUSR1, &sa, NULL, (void *)handler, 0), EINVAL);
	CHECK_ERRNO(__sigaction_sigtramp(SIGUSR1, &sa, NULL, (void *)handler, 1), EINVAL);
	CHECK_ERRNO(__sigaction_sigtramp(SIGUSR1, &sa, NULL, (void *)handler, 4), EINVAL);
	sa.sa_handler = SIG_DFL;
	CHECK_EQ(__sigaction_sigtramp(SIGUSR1, &sa, NULL, NULL, 0), 0);
	CHECK_EQ(__sigaction_sigtramp(SIGUSR1, NULL, &old, NULL, 77), 0);

	/* SIGILL and SIGTRAP are never reset. */
	sa.sa_handler = handler;
	sa.sa_flags = SA_RESETHAND;
	CHECK_EQ(sigaction(SIGILL, &sa, NULL), 0);
	CHECK_EQ(sigaction(SIGILL, NULL, &old), 0);
	CHECK_EQ(old.sa_flags & SA_RESETHAND, 0);
	CHECK_EQ(sigaction(SIGUSR1, &sa, NULL), 0);
	CHECK_EQ(sigaction(SIGUSR1, NULL, &old), 0);
	CHECK_EQ(old.sa_flags & SA_RESETHAND, SA_RESETHAND);

	/* Ignoring discards what is pending, and so does the default if that is to ignore. */
	sa.sa_flags = 0;
	sigfillset(&set);
	CHECK_EQ(sigprocmask(SIG_SETMASK, &set, NULL), 0);
	CHECK_EQ(sigaction(SIGUSR1, &sa, NULL), 0);
	CHECK_EQ(sigaction(SIGWINCH, &sa, NULL), 0);
	CHECK_EQ(sigaction(SIGCONT, &sa, NULL), 0);
	raise(SIGUSR1);
	raise(SIGWINCH);
	raise(SIGCONT);
	CHECK(is_pending(SIGUSR1) && is_pending(SIGWINCH) && is_pending(SIGCONT));
	signal(SIGUSR1, SIG_IGN);
	CHECK(!is_pending(SIGUSR1));
	signal(SIGWINCH, SIG_DFL);
	CHECK(!is_pending(SIGWINCH));
	signal(SIGCONT, SIG_IGN);
	CHECK(!is_pending(SIGCONT));
	/* What is ignored does not become pending; SIGCONT, blocked, does. */
	raise(SIGUSR1);
	raise(SIGWINCH);
	raise(SIGCONT);
	CHECK(!is_pending(SIGUSR1) && !is_pending(SIGWINCH) && is_pending(SIGCONT));
	/* A blocked signal whose default is to kill waits. */
	raise(SIGTERM);
	CHECK(is_pending(SIGTERM));
	signal(SIGTERM, SIG_IGN);
	CHECK(!is_pending(SIGTERM));

	/* sigprocmask */
	CHECK_ERRNO(sigprocmask(0, &set, NULL), EINVAL);
	CHECK_ERRNO(sigprocmask(4, &set, NULL), EINVAL);
	CHECK_EQ(sigprocmask(99, NULL, &set), 0);
	for (int s = 1; s < 64; s++)
		CHECK_EQ(sigismember(&set, s), s != SIGKILL && s != SIGSTOP);
	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	CHECK_EQ(sigprocmask(SIG_UNBLOCK, &set, NULL), 0);
	CHECK_EQ(sigprocmask(SIG_BLOCK, NULL, &set), 0);
	CHECK_EQ(sigismember(&set, SIGHUP), 0);
	CHECK_EQ(sigismember(&set, SIGINT), 1);

	/* Bad signal numbers elsewhere. */
	CHECK_ERRNO(kill(getpid(), 64), EINVAL);
	CHECK_ERRNO(kill(getpid(), -1), EINVAL);
	CHECK_EQ(kill(getpid(), 0), 0);
	return 0;
}
