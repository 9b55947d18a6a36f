/* Values sent along: sigqueue, the queue of realtime signals, their order, and waiting for them. */
#include <signal.h>
#include <sys/time.h>

#include "child.h"

static volatile int got[64], signos[64], codes[64], n;

static void
handler(int signo, siginfo_t *info, void *context)
{
	(void)context;
	if (n < 64) {
		signos[n] = signo;
		codes[n] = info->si_code;
		got[n] = info->si_value.sival_int;
	}
	n++;
}

static sigset_t all, none;

static void
send(int signo, int value)
{
	union sigval v = { .sival_int = value };

	CHECK_EQ(sigqueue(getpid(), signo, v), 0);
}

int
main(void)
{
	struct sigaction sa = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO };
	siginfo_t info;
	struct timespec now = { 0, 0 }, soon = { 0, 20000000 };
	sigset_t set;

	sigfillset(&all);
	sigemptyset(&none);
	sigfillset(&sa.sa_mask);
	CHECK_EQ(sigaction(SIGRTMIN, &sa, NULL), 0);
	CHECK_EQ(sigaction(SIGRTMIN + 1, &sa, NULL), 0);
	CHECK_EQ(sigaction(SIGUSR1, &sa, NULL), 0);
	CHECK_EQ(sigprocmask(SIG_SETMASK, &all, NULL), 0);

	/* Realtime signals queue, in order; an ordinary one is pending once, with what came first. */
	for (int i = 0; i < 10; i++) {
		send(SIGRTMIN + 1, 100 + i);
		send(SIGRTMIN, i);
		send(SIGUSR1, 1000 + i);
	}
	CHECK_EQ(sigwaitinfo(&all, &info), SIGUSR1);	/* the lowest first */
	CHECK_EQ(info.si_value.sival_int, 1000);
	for (int i = 0; i < 5; i++) {
		CHECK_EQ(sigwaitinfo(&all, &info), SIGRTMIN);
		CHECK_EQ(info.si_value.sival_int, i);
		CHECK_EQ(info.si_code, SI_QUEUE);
		CHECK_EQ(info.si_signo, SIGRTMIN);
		CHECK_EQ(info.si_pid, getpid());
		CHECK_EQ(info.si_uid, getuid());
	}
	CHECK_EQ(sigprocmask(SIG_SETMASK, &none, NULL), 0);
	/* Frames are pushed for the lowest signal first, so the last pushed runs first. */
	CHECK_EQ(n, 15);
	int seen[2] = { 5, 0 };
	for (int i = 0; i < 15; i++) {
		CHECK_EQ(codes[i], SI_QUEUE);
		seen[signos[i] - SIGRTMIN]++;
	}
	CHECK_EQ(seen[0], 10);
	CHECK_EQ(seen[1], 10);

	/* kill says so; it carries no value. */
	n = 0;
	CHECK_EQ(kill(getpid(), SIGUSR1), 0);
	CHECK_EQ(n, 1);
	CHECK_EQ(codes[0], SI_USER);
	CHECK_EQ(got[0], 0);
	/* So does sigqueue with signal 0: nothing is sent. */
	send(0, 0);
	CHECK_EQ(n, 1);
	union sigval v = { .sival_ptr = &n };
	CHECK_ERRNO(sigqueue(getpid(), 64, v), EINVAL);
	CHECK_ERRNO(sigqueue(getpid(), -1, v), EINVAL);
	CHECK_ERRNO(sigqueue(30000, SIGUSR1, v), ESRCH);

	/* sigtimedwait: at once, after a while, never, interrupted by another signal. */
	CHECK_EQ(sigprocmask(SIG_SETMASK, &all, NULL), 0);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	sigaddset(&set, SIGRTMAX);
	CHECK_ERRNO(sigtimedwait(&set, &info, &now), EAGAIN);
	CHECK_ERRNO(sigtimedwait(&set, &info, &soon), EAGAIN);
	struct timespec bad = { 0, 1000000000 };
	CHECK_ERRNO(sigtimedwait(&set, &info, &bad), EINVAL);
	bad = (struct timespec){ -1, 0 };
	CHECK_ERRNO(sigtimedwait(&set, &info, &bad), EINVAL);
	raise(SIGUSR2);
	CHECK_EQ(sigtimedwait(&set, &info, &now), SIGUSR2);
	CHECK_ERRNO(sigtimedwait(&set, NULL, &now), EAGAIN);
	raise(SIGRTMAX);
	CHECK_EQ(sigwaitinfo(&set, NULL), SIGRTMAX);

	pid_t pid = fork();
	if (pid == 0) {
		v.sival_int = 4711;
		sleep_ms(5);
		sigqueue(getppid(), SIGUSR1, v);	/* blocked, and not waited for */
		sigqueue(getppid(), SIGRTMAX, v);
		_exit(0);
	}
	CHECK_EQ(sigwaitinfo(&set, &info), SIGRTMAX);
	CHECK_EQ(info.si_value.sival_int, 4711);
	CHECK_EQ(info.si_pid, pid);
	CHECK_EQ(waitpid(pid, NULL, 0), pid);
	int signo;
	CHECK_EQ(sigwait(&all, &signo), 0);
	CHECK_EQ(signo, SIGUSR1);

	/* An ignored signal is taken all the same by whoever waits for it. */
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	pid = fork();
	if (pid == 0) {
		sleep_ms(5);
		_exit(3);
	}
	CHECK_EQ(sigwaitinfo(&set, &info), SIGCHLD);
	CHECK_EQ(info.si_code, CLD_EXITED);
	CHECK_EQ(info.si_status, 3);
	CHECK_EQ(waitpid(pid, NULL, 0), pid);

	/* A handler for a signal outside the set ends the wait. */
	struct itimerval it = { { 0, 0 }, { 0, 5000 } };
	sa.sa_flags = SA_SIGINFO;
	CHECK_EQ(sigaction(SIGALRM, &sa, NULL), 0);
	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	CHECK_EQ(sigprocmask(SIG_UNBLOCK, &set, NULL), 0);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	n = 0;
	CHECK_EQ(setitimer(ITIMER_REAL, &it, NULL), 0);
	struct timespec hour = { 3600, 0 };
	CHECK_ERRNO(sigtimedwait(&set, &info, &hour), EINTR);
	CHECK_EQ(n, 1);
	CHECK_EQ(signos[0], SIGALRM);

	/* Many. */
	for (int i = 0; i < 500; i++)
		send(SIGRTMIN + 2, i);
	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN + 2);
	for (int i = 0; i < 500; i++) {
		CHECK_EQ(sigtimedwait(&set, &info, &now), SIGRTMIN + 2);
		CHECK_EQ(info.si_value.sival_int, i);
	}
	CHECK_ERRNO(sigtimedwait(&set, &info, &now), EAGAIN);
	return 0;
}
