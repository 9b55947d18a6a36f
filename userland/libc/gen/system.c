/*
 * system(3): a command for the shell, with the terminal's signals left to it while it runs.
 */
#include <sys/wait.h>
#include <errno.h>
#include <paths.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "libc_lock.h"
#include "libc_private.h"

/* The actions are the process's, so calls of several threads' at a time count as one. */
LIBC_LOCK lock;
static int callers;
static struct sigaction old_int, old_quit;

static void
ignore_signals(void)
{
	struct sigaction ignore;

	memset(&ignore, 0, sizeof(ignore));
	ignore.sa_handler = SIG_IGN;
	libc_lock(&lock);
	if (callers++ == 0) {
		sigaction(SIGINT, &ignore, &old_int);
		sigaction(SIGQUIT, &ignore, &old_quit);
	}
	libc_unlock(&lock);
}

static void
heed_signals(void)
{
	libc_lock(&lock);
	if (--callers == 0) {
		sigaction(SIGINT, &old_int, NULL);
		sigaction(SIGQUIT, &old_quit, NULL);
	}
	libc_unlock(&lock);
}

/* What the caller would have ignored, the shell ignores, too. */
static void
default_signals(sigset_t *set)
{
	sigemptyset(set);
	if (old_int.sa_handler != SIG_IGN)
		sigaddset(set, SIGINT);
	if (old_quit.sa_handler != SIG_IGN)
		sigaddset(set, SIGQUIT);
}

static pid_t
wait_for(pid_t pid, int *status)
{
	pid_t got;

	do
		got = waitpid(pid, status, 0);
	while (got == -1 && errno == EINTR);
	return got;
}

int
system(const char *command)
{
	const char *argv[] = { "sh", "-c", command, NULL };
	sigset_t block, old_mask, defaults;
	posix_spawnattr_t attr;
	int status = -1, error, saved;
	pid_t pid;

	if (command == NULL)
		return access(_PATH_BSHELL, X_OK) == 0;

	ignore_signals();
	/* A SIGCHLD handler of the caller's must not reap the shell first. */
	sigemptyset(&block);
	sigaddset(&block, SIGCHLD);
	sigprocmask(SIG_BLOCK, &block, &old_mask);

	default_signals(&defaults);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setsigdefault(&attr, &defaults);
	posix_spawnattr_setsigmask(&attr, &old_mask);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
	error = posix_spawn(&pid, _PATH_BSHELL, NULL, &attr, (char *const *)argv, environ);
	posix_spawnattr_destroy(&attr);
	if (error == 0) {
		if (wait_for(pid, &status) == -1)
			status = -1;
	} else if (error == EAGAIN || error == ENOMEM)
		errno = error;		/* there is no process */
	else
		status = W_EXITCODE(127, 0);	/* there is no shell */

	saved = errno;
	heed_signals();
	sigprocmask(SIG_SETMASK, &old_mask, NULL);
	errno = saved;
	return status;
}
