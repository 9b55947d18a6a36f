/* sigsuspend and sigpending: no signal is lost between the two masks. */
#include <signal.h>

#include "child.h"

static volatile int calls[64], order[8], total;
static volatile int blocked_inside;

static void
handler(int signo)
{
	sigset_t now;

	calls[signo]++;
	order[total++] = signo;
	sigprocmask(SIG_BLOCK, NULL, &now);
	blocked_inside = sigismember(&now, SIGUSR1) | sigismember(&now, SIGUSR2) << 1 | sigismember(&now, SIGHUP) << 2;
}

int
main(void)
{
	sigset_t block, none, set, now;

	sigemptyset(&none);
	sigemptyset(&block);
	sigaddset(&block, SIGUSR1);
	sigaddset(&block, SIGHUP);
	CHECK_EQ(sigprocmask(SIG_BLOCK, &block, NULL), 0);
	signal(SIGUSR1, handler);
	signal(SIGUSR2, handler);

	/* Pending before: taken at once; the mask during the handler is sigsuspend's, afterwards the old one. */
	raise(SIGUSR1);
	CHECK_EQ(calls[SIGUSR1], 0);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	CHECK_ERRNO(sigsuspend(&set), EINTR);
	CHECK_EQ(calls[SIGUSR1], 1);
	CHECK_EQ(blocked_inside, 3);	/* SIGUSR1 as its own, SIGUSR2 from the mask; SIGHUP was let in */
	CHECK_EQ(sigprocmask(SIG_BLOCK, NULL, &now), 0);
	CHECK_EQ(sigismember(&now, SIGUSR1), 1);
	CHECK_EQ(sigismember(&now, SIGHUP), 1);
	CHECK_EQ(sigismember(&now, SIGUSR2), 0);

	/* Sent later. What the mask blocks does not end it. */
	pid_t pid = fork();
	if (pid == 0) {
		sleep_ms(5);
		kill(getppid(), SIGUSR2);
		sleep_ms(5);
		kill(getppid(), SIGUSR1);
		_exit(0);
	}
	total = 0;
	CHECK_ERRNO(sigsuspend(&set), EINTR);
	CHECK_EQ(total, 2);	/* SIGUSR1 ends it; SIGUSR2, no longer blocked, comes right after */
	CHECK_EQ(order[0], SIGUSR1);
	CHECK_EQ(order[1], SIGUSR2);
	CHECK_EQ(waitpid(pid, NULL, 0), pid);

	/* An ignored signal and one whose default is to be ignored do not end it. */
	signal(SIGTERM, SIG_IGN);
	pid = fork();
	if (pid == 0) {
		sleep_ms(5);
		kill(getppid(), SIGTERM);
		kill(getppid(), SIGWINCH);
		kill(getppid(), SIGCONT);
		sleep_ms(5);
		kill(getppid(), SIGUSR1);
		_exit(0);
	}
	CHECK_ERRNO(sigsuspend(&none), EINTR);
	CHECK_EQ(order[total - 1], SIGUSR1);
	CHECK_EQ(waitpid(pid, NULL, 0), pid);

	/* SIGKILL and SIGSTOP cannot be blocked, here either. */
	sigfillset(&set);
	pid = fork();
	if (pid == 0) {
		sigsuspend(&set);
		_exit(1);
	}
	int status;
	sleep_ms(5);
	CHECK_EQ(kill(pid, SIGTERM), 0);
	CHECK_EQ(kill(pid, SIGSTOP), 0);
	CHECK_EQ(waitpid(pid, &status, WUNTRACED), pid);
	CHECK(WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP);
	CHECK_EQ(kill(pid, SIGCONT), 0);
	CHECK_EQ(kill(pid, SIGKILL), 0);
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);

	/* sigpending: what is blocked and came, one by one. */
	sigprocmask(SIG_SETMASK, &set, NULL);
	CHECK_EQ(sigpending(&now), 0);
	for (int s = 1; s < 64; s++)
		CHECK_EQ(sigismember(&now, s), 0);
	raise(SIGINT);
	raise(SIGRTMAX);
	kill(getpid(), SIGQUIT);
	CHECK_EQ(sigpending(&now), 0);
	for (int s = 1; s < 64; s++)
		CHECK_EQ(sigismember(&now, s), s == SIGINT || s == SIGRTMAX || s == SIGQUIT);
	/* A child starts with none pending, and the same mask. */
	pid = fork();
	if (pid == 0) {
		sigpending(&now);
		for (int s = 1; s < 64; s++)
			if (sigismember(&now, s))
				_exit(s);
		sigprocmask(SIG_BLOCK, NULL, &now);
		_exit(sigismember(&now, SIGINT) && !sigismember(&now, SIGKILL) ? 0 : 100);
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 0);
	return 0;
}
