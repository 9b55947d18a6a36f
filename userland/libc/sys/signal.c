/*
 * Signal actions and masks.
 */
#define __SIGSETOPS_BODY
#include <signal.h>
#include <errno.h>
#include <lwp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "libc_private.h"

#define SIGTRAMP_VERSION __SIGTRAMP_SIGINFO_VERSION

int
sigaction(int signo, const struct sigaction *restrict new, struct sigaction *restrict old)
{
	return __sigaction_sigtramp(signo, new, old, __sigtramp_siginfo_2, SIGTRAMP_VERSION);
}

/* Whose calls are to be interrupted by their handler instead of restarted. */
static sigset_t interrupting;

sig_t
signal(int signo, sig_t handler)
{
	struct sigaction new, old;

	memset(&new, 0, sizeof(new));
	new.sa_handler = handler;
	if (signo > 0 && signo < _NSIG && !__sigismember(&interrupting, signo))
		new.sa_flags = SA_RESTART;
	if (sigaction(signo, &new, &old) == -1)
		return SIG_ERR;
	return old.sa_handler;
}

__strong_alias(bsd_signal, signal)

int
siginterrupt(int signo, int flag)
{
	struct sigaction sa;

	if (sigaction(signo, NULL, &sa) == -1)
		return -1;
	if (flag) {
		__sigaddset(&interrupting, signo);
		sa.sa_flags &= ~SA_RESTART;
	} else {
		__sigdelset(&interrupting, signo);
		sa.sa_flags |= SA_RESTART;
	}
	return sigaction(signo, &sa, NULL);
}

/* The LWP that calls is the one that gets it. */
int
raise(int signo)
{
	return _lwp_kill(_lwp_self(), signo);
}

int
killpg(pid_t group, int signo)
{
	if (group == 1) {
		/* kill(2) would take -1 for "everybody". */
		errno = ESRCH;
		return -1;
	}
	return kill(-group, signo);
}

/* Aborts for certain: a handler may return, but it runs once. */
void
abort(void)
{
	struct sigaction dfl;
	sigset_t mask;

	sigfillset(&mask);
	sigdelset(&mask, SIGABRT);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	raise(SIGABRT);
	memset(&dfl, 0, sizeof(dfl));
	sigaction(SIGABRT, &dfl, NULL);
	raise(SIGABRT);
	_exit(127);
}

int
__libc_thr_sigsetmask(int how, const sigset_t *restrict set, sigset_t *restrict old)
{
	int saved = errno, error = 0;

	if (sigprocmask(how, set, old) == -1)
		error = errno;
	errno = saved;
	return error;
}

int
sigqueue(pid_t pid, int signo, const union sigval value)
{
	siginfo_t info;

	memset(&info, 0, sizeof(info));
	info.si_signo = signo;
	info.si_code = SI_QUEUE;
	info.si_pid = getpid();
	info.si_uid = getuid();
	info.si_value = value;
	return sigqueueinfo(pid, &info);
}

/* Whether or not the kernel returns the signal's number, it is in the information. */
static int
take_signal(const sigset_t *set, siginfo_t *info, struct timespec *timeout)
{
	siginfo_t own;

	if (info == NULL)
		info = &own;
	return __sigtimedwait(set, info, timeout) == -1 ? -1 : info->si_signo;
}

/* The kernel writes the time left into its copy. */
int
sigtimedwait(const sigset_t *restrict set, siginfo_t *restrict info, const struct timespec *restrict timeout)
{
	struct timespec left, *ts = NULL;

	if (timeout != NULL) {
		left = *timeout;
		ts = &left;
	}
	return take_signal(set, info, ts);
}

int
sigwaitinfo(const sigset_t *restrict set, siginfo_t *restrict info)
{
	return take_signal(set, info, NULL);
}

int
sigwait(const sigset_t *restrict set, int *restrict signo)
{
	int saved = errno, got, error;

	do
		got = take_signal(set, NULL, NULL);
	while (got == -1 && errno == EINTR);
	error = errno;
	errno = saved;
	if (got == -1)
		return error;
	*signo = got;
	return 0;
}
