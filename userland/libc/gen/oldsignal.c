/*
 * Signal interfaces older than sigaction(2): System V's, and 4.2BSD's with masks of 32 bits.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>

static int
change_mask(int how, int signo)
{
	sigset_t set;

	sigemptyset(&set);
	if (sigaddset(&set, signo) == -1)
		return -1;
	return sigprocmask(how, &set, NULL);
}

int
sighold(int signo)
{
	return change_mask(SIG_BLOCK, signo);
}

int
sigrelse(int signo)
{
	return change_mask(SIG_UNBLOCK, signo);
}

int
sigignore(int signo)
{
	struct sigaction sa;

	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = SIG_IGN;
	return sigaction(signo, &sa, NULL);
}

/* SIG_HOLD is a mask bit dressed as a handler, both in what is set and in what is returned. */
void (*
sigset(int signo, void (*handler)(int)))(int)
{
	struct sigaction new, old;
	sigset_t set, old_mask;

	sigemptyset(&set);
	if (sigaddset(&set, signo) == -1)
		return SIG_ERR;
	if (handler == SIG_HOLD) {
		if (sigprocmask(SIG_BLOCK, &set, &old_mask) == -1 || sigaction(signo, NULL, &old) == -1)
			return SIG_ERR;
	} else {
		memset(&new, 0, sizeof(new));
		new.sa_handler = handler;
		if (sigaction(signo, &new, &old) == -1 || sigprocmask(SIG_UNBLOCK, &set, &old_mask) == -1)
			return SIG_ERR;
	}
	return sigismember(&old_mask, signo) ? SIG_HOLD : old.sa_handler;
}

/* System V's argument is a signal to let through, not a mask. */
int
sigpause(int signo)
{
	sigset_t mask;

	if (sigprocmask(SIG_BLOCK, NULL, &mask) == -1 || sigdelset(&mask, signo) == -1)
		return -1;
	return sigsuspend(&mask);
}

static int
old_mask_call(int how, int mask)
{
	sigset_t set, old;

	sigemptyset(&set);
	set.__bits[0] = (unsigned int)mask;
	if (sigprocmask(how, &set, &old) == -1)
		return -1;
	return (int)old.__bits[0];
}

int
sigblock(int mask)
{
	return old_mask_call(SIG_BLOCK, mask);
}

int
sigsetmask(int mask)
{
	return old_mask_call(SIG_SETMASK, mask);
}
