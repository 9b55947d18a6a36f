/*
 * system(3): a command for the shell, with the terminal's signals left to it while it runs.
 */
#include <sys/wait.h>
#include <errno.h>
#include <paths.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "libc_private.h"

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
	struct sigaction ignore, old_int, old_quit;
	sigset_t block, old_mask;
	int status = -1, saved;
	pid_t pid;

	if (command == NULL)
		return access(_PATH_BSHELL, X_OK) == 0;

	memset(&ignore, 0, sizeof(ignore));
	ignore.sa_handler = SIG_IGN;
	sigaction(SIGINT, &ignore, &old_int);
	sigaction(SIGQUIT, &ignore, &old_quit);
	/* A SIGCHLD handler of the caller's must not reap the shell first. */
	sigemptyset(&block);
	sigaddset(&block, SIGCHLD);
	sigprocmask(SIG_BLOCK, &block, &old_mask);

	pid = vfork();
	if (pid == 0) {
		sigaction(SIGINT, &old_int, NULL);
		sigaction(SIGQUIT, &old_quit, NULL);
		sigprocmask(SIG_SETMASK, &old_mask, NULL);
		execl(_PATH_BSHELL, "sh", "-c", command, NULL);
		_exit(127);
	}
	if (pid != -1 && wait_for(pid, &status) == -1)
		status = -1;

	saved = errno;
	sigaction(SIGINT, &old_int, NULL);
	sigaction(SIGQUIT, &old_quit, NULL);
	sigprocmask(SIG_SETMASK, &old_mask, NULL);
	errno = saved;
	return status;
}
