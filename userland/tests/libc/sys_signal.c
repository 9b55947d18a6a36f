/* Signals: actions and masks, delivery, waiting for them, values sent along. */
#include <sys/time.h>
#include <sys/wait.h>
#include <signal.h>
#include <ucontext.h>
#include <unistd.h>

#include "../check.h"

static volatile sig_atomic_t last, calls, value, code;

static void
simple(int signo)
{
	last = signo;
	calls++;
}

static void
detailed(int signo, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;

	last = signo;
	calls++;
	code = info->si_code;
	value = info->si_value.sival_int;
	CHECK_EQ(info->si_signo, signo);
	CHECK(uc->uc_flags & _UC_CPU);
	CHECK_EQ(info->si_pid, getpid());
}

static void
test_actions(void)
{
	struct sigaction sa = { .sa_handler = simple }, old;

	CHECK(signal(SIGUSR1, simple) == SIG_DFL);
	CHECK(signal(SIGUSR1, SIG_IGN) == simple);
	CHECK_EQ(raise(SIGUSR1), 0);
	CHECK_EQ(calls, 0);
	CHECK_EQ(sigaction(SIGUSR1, &sa, &old), 0);
	CHECK(old.sa_handler == SIG_IGN);
	CHECK_EQ(old.sa_flags & SA_RESTART, SA_RESTART);
	CHECK_EQ(raise(SIGUSR1), 0);
	CHECK_EQ(calls, 1);
	CHECK_EQ(last, SIGUSR1);
	CHECK_ERRNO(sigaction(SIGKILL, &sa, NULL), EINVAL);
	CHECK_ERRNO(sigaction(64, &sa, NULL), EINVAL);
	CHECK_EQ(siginterrupt(SIGUSR1, 1), 0);
	CHECK_EQ(sigaction(SIGUSR1, NULL, &old), 0);
	CHECK_EQ(old.sa_flags & SA_RESTART, 0);
	CHECK_EQ(siginterrupt(SIGUSR1, 0), 0);
}

static void
test_masks(void)
{
	sigset_t set, old, pending;

	CHECK_EQ(sigemptyset(&set), 0);
	CHECK_EQ(sigismember(&set, SIGUSR1), 0);
	CHECK_EQ(sigaddset(&set, SIGUSR1), 0);
	CHECK_EQ(sigismember(&set, SIGUSR1), 1);
	CHECK_ERRNO(sigaddset(&set, 0), EINVAL);
	CHECK_EQ(sigprocmask(SIG_BLOCK, &set, &old), 0);
	CHECK_EQ(sigismember(&old, SIGUSR1), 0);
	calls = 0;
	CHECK_EQ(kill(getpid(), SIGUSR1), 0);
	CHECK_EQ(calls, 0);
	CHECK_EQ(sigpending(&pending), 0);
	CHECK_EQ(sigismember(&pending, SIGUSR1), 1);
	CHECK_ERRNO(sigsuspend(&old), EINTR);
	CHECK_EQ(calls, 1);
	CHECK_EQ(sigprocmask(SIG_UNBLOCK, &set, NULL), 0);
	CHECK_EQ(calls, 1);
	CHECK_EQ(sighold(SIGUSR1), 0);
	CHECK_EQ(pthread_sigmask(SIG_BLOCK, NULL, &set), 0);
	CHECK_EQ(sigismember(&set, SIGUSR1), 1);
	CHECK_EQ(sigrelse(SIGUSR1), 0);
}

static void
test_waiting(void)
{
	struct timespec none = { 0, 0 };
	union sigval v = { .sival_int = 1234 };
	siginfo_t info;
	sigset_t set;
	int signo;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	sigaddset(&set, SIGRTMIN);
	sigprocmask(SIG_BLOCK, &set, NULL);
	CHECK_ERRNO(sigtimedwait(&set, &info, &none), EAGAIN);
	CHECK_EQ(kill(getpid(), SIGUSR2), 0);
	CHECK_EQ(sigwait(&set, &signo), 0);
	CHECK_EQ(signo, SIGUSR2);
	CHECK_EQ(sigqueue(getpid(), SIGRTMIN, v), 0);
	CHECK_EQ(sigwaitinfo(&set, &info), SIGRTMIN);
	CHECK_EQ(info.si_code, SI_QUEUE);
	CHECK_EQ(info.si_value.sival_int, 1234);
	CHECK_EQ(info.si_pid, getpid());
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static void
test_details(void)
{
	struct sigaction sa = { .sa_sigaction = detailed, .sa_flags = SA_SIGINFO };
	union sigval v = { .sival_int = 77 };

	calls = 0;
	CHECK_EQ(sigaction(SIGUSR2, &sa, NULL), 0);
	CHECK_EQ(sigqueue(getpid(), SIGUSR2, v), 0);
	CHECK_EQ(calls, 1);
	CHECK_EQ(value, 77);
	CHECK_EQ(code, SI_QUEUE);
	CHECK_EQ(kill(getpid(), SIGUSR2), 0);
	CHECK_EQ(calls, 2);
	CHECK_EQ(code, SI_USER);
}

static int
status_of_abort(void (*handler)(int))
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		signal(SIGABRT, handler);
		sighold(SIGABRT);
		abort();
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	return status;
}

static void
test_abort(void)
{
	int status = status_of_abort(SIG_IGN);

	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	status = status_of_abort(simple);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

static void
test_alarm(void)
{
	calls = 0;
	signal(SIGALRM, simple);
	CHECK_EQ(alarm(5), 0);
	CHECK_EQ(alarm(1), 5);
	CHECK_ERRNO(pause(), EINTR);
	CHECK_EQ(last, SIGALRM);
	CHECK_EQ(ualarm(1000, 0), 0);
	pause();
	CHECK_EQ(calls, 2);
	CHECK_EQ(killpg(0, 0), 0);
	CHECK_ERRNO(kill(30001, 0), ESRCH);
}

int
main(void)
{
	test_actions();
	test_masks();
	test_waiting();
	test_details();
	test_abort();
	test_alarm();
	return 0;
}
