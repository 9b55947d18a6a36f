/* What fork and exec do to actions, masks, pending signals, timers and the alternate stack. */
#include <sys/time.h>
#include <signal.h>

#include "child.h"

static volatile int calls;

static void
handler(int signo)
{
	(void)signo;
	calls++;
}

/* The program after exec. */
static int
after_exec(void)
{
	struct sigaction sa;
	struct itimerval it;
	sigset_t set;
	stack_t ss;

	CHECK_EQ(sigaction(SIGUSR1, NULL, &sa), 0);
	CHECK(sa.sa_handler == SIG_DFL);		/* was caught */
	CHECK_EQ(sa.sa_flags, SA_RESTART);
	for (int s = 1; s < 64; s++)
		CHECK_EQ(sigismember(&sa.sa_mask, s), 0);
	CHECK_EQ(sigaction(SIGUSR2, NULL, &sa), 0);
	CHECK(sa.sa_handler == SIG_IGN);		/* was ignored */
	CHECK_EQ(sigaction(SIGCHLD, NULL, &sa), 0);
	CHECK(sa.sa_handler == SIG_DFL);		/* was ignored: not inherited */
	CHECK_EQ(sigprocmask(SIG_BLOCK, NULL, &set), 0);
	for (int s = 1; s < 64; s++)
		CHECK_EQ(sigismember(&set, s), s == SIGTERM || s == SIGUSR1);
	CHECK_EQ(sigpending(&set), 0);
	for (int s = 1; s < 64; s++)
		CHECK_EQ(sigismember(&set, s), s == SIGTERM);	/* what was pending is, if it matters */
	CHECK_EQ(sigaltstack(NULL, &ss), 0);
	CHECK_EQ(ss.ss_flags, SS_DISABLE);
	CHECK_EQ(getitimer(ITIMER_REAL, &it), 0);
	CHECK(it.it_value.tv_sec >= 99 && it.it_value.tv_sec <= 100);	/* an alarm goes on */
	/* A child is waited for as usual. */
	pid_t pid = fork();
	if (pid == 0)
		_exit(3);
	int status;
	sleep_ms(1);
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 3 << 8);
	return 0;
}

static char *program;

static void
before_exec(void)
{
	static char stack[65536];
	struct sigaction sa = { .sa_handler = handler, .sa_flags = SA_ONSTACK | SA_NODEFER };
	stack_t ss = { .ss_sp = stack, .ss_size = sizeof(stack) };
	struct itimerval it = { { 0, 0 }, { 100, 0 } };
	sigset_t set;

	sigfillset(&sa.sa_mask);
	CHECK_EQ(sigaction(SIGUSR1, &sa, NULL), 0);
	signal(SIGUSR2, SIG_IGN);
	signal(SIGCHLD, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGUSR1);
	CHECK_EQ(sigprocmask(SIG_SETMASK, &set, NULL), 0);
	CHECK_EQ(sigaltstack(&ss, NULL), 0);
	CHECK_EQ(setitimer(ITIMER_REAL, &it, NULL), 0);
	raise(SIGTERM);
	execl(program, program, "exec", NULL);
	CHECK_FAIL("exec: errno %d", errno);
}

int
main(int argc, char **argv)
{
	struct itimerval it = { { 0, 0 }, { 100, 0 } };
	struct sigaction sa;
	int status;
	pid_t pid;

	if (argc > 1)
		return after_exec();
	static char path[64];
	snprintf(path, sizeof(path), "/bin/%s", argv[0]);
	program = path;
	CHECK_CHILD(before_exec);

	/* fork: actions are kept, timers and pending signals are not. */
	signal(SIGUSR1, handler);
	signal(SIGUSR2, SIG_IGN);
	CHECK_EQ(setitimer(ITIMER_REAL, &it, NULL), 0);
	CHECK_EQ(setitimer(ITIMER_VIRTUAL, &it, NULL), 0);
	CHECK_EQ(setitimer(ITIMER_PROF, &it, NULL), 0);
	pid = fork();
	if (pid == 0) {
		raise(SIGUSR1);
		CHECK_EQ(calls, 1);
		raise(SIGUSR2);
		for (int which = ITIMER_REAL; which <= ITIMER_PROF; which++) {
			CHECK_EQ(getitimer(which, &it), 0);
			CHECK_EQ(it.it_value.tv_sec, 0);
			CHECK_EQ(it.it_value.tv_usec, 0);
		}
		/* The child's changes are its own. */
		signal(SIGUSR1, SIG_DFL);
		_exit(0);
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 0);
	CHECK_EQ(sigaction(SIGUSR1, NULL, &sa), 0);
	CHECK(sa.sa_handler == handler);
	CHECK_EQ(calls, 0);
	return 0;
}
