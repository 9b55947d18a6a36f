/*
 * Waiting for processes.
 */
#include <sys/wait.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#include "sh.h"

static void
note(pid_t pid, int status)
{
	struct job *job = job_of(pid);

	if (job == NULL)
		return;
	for (size_t i = 0; i < job->n; i++) {
		struct process *p = &job->processes[i];

		if (p->pid != pid || p->state == PROCESS_DONE)
			continue;
		p->status = status;
		if (WIFSTOPPED(status))
			p->state = PROCESS_STOPPED;
		else
			p->state = PROCESS_DONE;
	}
	if (job_state(job) != PROCESS_RUNNING)
		job->changed = true;
}

/* Wait for a child to change. Its number; 0 if none has (and we do not block), -1 if there is none. */
pid_t
wait_for_change(bool block)
{
	int status, flags = (job_control ? WUNTRACED : 0) | (block ? 0 : WNOHANG);
	pid_t pid;

	do
		pid = waitpid(-1, &status, flags);
	while (pid == -1 && errno == EINTR);
	if (pid > 0)
		note(pid, status);
	else if (pid == -1) {
		/* Nobody is left whose state could change. */
		for (struct job *j = jobs; j != NULL; j = j->next) {
			for (size_t i = 0; i < j->n; i++)
				j->processes[i].state = PROCESS_DONE;
		}
	}
	return pid;
}

void
jobs_reap(void)
{
	while (jobs != NULL && wait_for_change(false) > 0)
		continue;
}

static void
on_child(int sig)
{
	(void)sig;
}

/*
 * Wait until `done`, or until a signal that has a trap: then its number plus 128, otherwise 0. The signals
 * are blocked between looking and sleeping, or one could come in between and be slept over.
 */
int
wait_interruptibly(bool (*done)(void *), void *argument)
{
	struct sigaction child, old;
	sigset_t all, before;
	int sig = 0;

	child.sa_handler = on_child;
	child.sa_flags = 0;
	sigemptyset(&child.sa_mask);
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	if (sigaction(SIGCHLD, NULL, &old) == 0 && (old.sa_handler == SIG_DFL || old.sa_handler == SIG_IGN))
		sigaction(SIGCHLD, &child, NULL);
	for (;;) {
		while (wait_for_change(false) > 0)
			continue;
		sig = trap_first_pending();
		if (sig != 0 || interrupted || done(argument))
			break;
		sigsuspend(&before);
	}
	sigaction(SIGCHLD, &old, NULL);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return sig == 0 ? 0 : STATUS_SIGNALLED + sig;
}
