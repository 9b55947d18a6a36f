/*
 * Jobs: the processes of a pipeline, waited for together.
 *
 * With job control each is a process group, and the terminal's foreground group is the one that the shell
 * is waiting for.
 */
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "sh.h"

#define REMEMBERED 512			/* finished jobs whose status nobody has asked for yet */

struct job *jobs;
pid_t last_background;
bool job_control;
static int terminal = -1;
static pid_t shell_group, original_group;
static struct termios shell_modes;
static bool have_modes;
static unsigned long uses;

enum process_state
job_state(const struct job *job)
{
	enum process_state state = PROCESS_DONE;

	for (size_t i = 0; i < job->n; i++) {
		if (job->processes[i].state == PROCESS_RUNNING)
			return PROCESS_RUNNING;
		if (job->processes[i].state == PROCESS_STOPPED)
			state = PROCESS_STOPPED;
	}
	return state;
}

int
status_of(int wait_status)
{
	if (WIFEXITED(wait_status))
		return WEXITSTATUS(wait_status);
	if (WIFSTOPPED(wait_status))
		return STATUS_SIGNALLED + WSTOPSIG(wait_status);
	return STATUS_SIGNALLED + WTERMSIG(wait_status);
}

/* The last process's; with pipefail, that of the last one that failed. */
int
job_status(const struct job *job)
{
	int status = 0;

	if (job->n == 0)
		return 0;
	if (job_state(job) == PROCESS_STOPPED) {
		for (size_t i = 0; i < job->n; i++) {
			if (job->processes[i].state == PROCESS_STOPPED)
				status = status_of(job->processes[i].status);
		}
		return status;
	}
	status = status_of(job->processes[job->n - 1].status);
	if (options[OPT_PIPEFAIL]) {
		for (size_t i = 0; i < job->n; i++) {
			int one = status_of(job->processes[i].status);

			if (one != 0)
				status = one;
		}
	}
	return status;
}

void
job_free(struct job *job)
{
	for (struct job **link = &jobs; *link != NULL; link = &(*link)->next) {
		if (*link == job) {
			*link = job->next;
			break;
		}
	}
	free(job->text);
	free(job->processes);
	free(job->modes);
	free(job);
}

/* A script may start any number of jobs and never wait for them. */
static void
forget_oldest(void)
{
	struct job *oldest = NULL;
	size_t n = 0;

	for (struct job *j = jobs; j != NULL; j = j->next) {
		if (job_state(j) != PROCESS_DONE || j->n == 0)
			continue;
		n++;
		oldest = j;
	}
	if (n > REMEMBERED)
		job_free(oldest);
}

/* One more than the highest in use. */
static int
free_number(void)
{
	int highest = 0;

	for (const struct job *j = jobs; j != NULL; j = j->next) {
		if (j->number > highest)
			highest = j->number;
	}
	return highest + 1;
}

struct job *
job_new(const char *text)
{
	struct job *job;

	if (jobs != NULL) {
		jobs_reap();
		forget_oldest();
	}
	job = xmalloc(sizeof(*job));
	memset(job, 0, sizeof(*job));
	job->text = xstrdup(text);
	job->number = free_number();
	job->foreground = true;
	job->next = jobs;
	jobs = job;
	return job;
}

static void
add_process(struct job *job, pid_t pid)
{
	if (job->n == job->cap) {
		job->cap = job->cap * 2 + 2;
		job->processes = xrealloc(job->processes, job->cap * sizeof(*job->processes));
	}
	job->processes[job->n++] = (struct process){ .pid = pid, .state = PROCESS_RUNNING };
}

static void
join_group(struct job *job, pid_t pid, bool background)
{
	if (job->pgid == 0)
		job->pgid = pid;
	setpgid(pid, job->pgid);
	/* Both parent and child do this: whichever runs first must find it done. */
	if (!background && terminal != -1 && job->pgid == pid)
		tcsetpgrp(terminal, job->pgid);
}

/* Make a process of the job. In the child, 0: it is a subshell, in its process group. */
pid_t
job_fork(struct job *job, bool background)
{
	pid_t pid;

	out_flush();
	pid = fork();
	if (pid == -1) {
		int error = errno;

		if (job->n == 0)
			job_free(job);
		fatal("cannot fork: %s", strerror(error));
	}
	if (pid == 0) {
		if (job_control)
			join_group(job, getpid(), background);
		/* The list of jobs goes away, but this one is still needed. */
		for (struct job **link = &jobs; *link != NULL; link = &(*link)->next) {
			if (*link == job) {
				*link = job->next;
				break;
			}
		}
		enter_subshell(background);
		if (background && job->pgid == 0)
			signals_ignore_keyboard();
		return 0;
	}
	if (job_control)
		join_group(job, pid, background);
	add_process(job, pid);
	return pid;
}

/* Take the terminal back from a job, and note how it left it. */
static void
reclaim_terminal(struct job *job)
{
	if (!job_control || terminal == -1)
		return;
	tcsetpgrp(terminal, shell_group);
	if (job_state(job) == PROCESS_STOPPED) {
		if (job->modes == NULL)
			job->modes = xmalloc(sizeof(*job->modes));
		job->has_modes = tcgetattr(terminal, job->modes) == 0;
	}
	if (have_modes && (job_state(job) == PROCESS_STOPPED || job_status(job) > STATUS_SIGNALLED))
		tcsetattr(terminal, TCSADRAIN, &shell_modes);
	else
		have_modes = tcgetattr(terminal, &shell_modes) == 0;
}

/* A job that a signal ended says so, unless everybody knows. */
static void
report_signal(const struct job *job)
{
	int status = job->processes[job->n - 1].status, sig;
	const char *text;

	if (!WIFSIGNALED(status))
		return;
	sig = WTERMSIG(status);
	if (sig == SIGINT || sig == SIGPIPE) {
		if (sig == SIGINT && options[OPT_INTERACTIVE])
			write_all(STDERR_FILENO, "\n", 1);
		return;
	}
	text = temp_printf("%s%s\n", strsignal(sig), WCOREDUMP(status) ? " (core dumped)" : "");
	write_all(STDERR_FILENO, text, strlen(text));
}

int
job_wait(struct job *job)
{
	bool by_interrupt;
	int status;

	while (job_state(job) == PROCESS_RUNNING) {
		if (wait_for_change(true) == -1)
			break;
	}
	reclaim_terminal(job);
	status = job_status(job);
	if (job_state(job) == PROCESS_STOPPED) {
		job->foreground = false;
		job->used = ++uses;
		job->changed = false;
		write_all(STDERR_FILENO, "\n", 1);
		job_print(job, true, 0);
		return status;
	}
	report_signal(job);
	by_interrupt = WIFSIGNALED(job->processes[job->n - 1].status) && status == STATUS_SIGNALLED + SIGINT;
	job_free(job);
	/* What was typed was meant for all of the command line. */
	if (by_interrupt && job_control && options[OPT_INTERACTIVE])
		raise_to_prompt(status);
	return status;
}

void
job_background(struct job *job)
{
	job->foreground = false;
	job->used = ++uses;
	if (options[OPT_INTERACTIVE]) {
		const char *text = temp_printf("[%d] %d\n", job->number, (int)last_background);

		write_all(STDERR_FILENO, text, strlen(text));
	}
}

struct job *
job_of(pid_t pid)
{
	for (struct job *j = jobs; j != NULL; j = j->next) {
		for (size_t i = 0; i < j->n; i++) {
			if (j->processes[i].pid == pid)
				return j;
		}
	}
	return NULL;
}

/* %+ and %-: stopped jobs come before others, and later ones before earlier. */
struct job *
job_current(int which)
{
	struct job *best[2] = { NULL, NULL };

	for (struct job *j = jobs; j != NULL; j = j->next) {
		bool stopped = job_state(j) == PROCESS_STOPPED;

		if (j->foreground)
			continue;
		for (int i = 0; i < 2; i++) {
			bool other = best[i] != NULL && job_state(best[i]) == PROCESS_STOPPED;

			if (best[i] == NULL || (stopped && !other) || (stopped == other && j->used > best[i]->used)) {
				if (i == 0)
					best[1] = best[0];
				best[i] = j;
				break;
			}
		}
	}
	return best[which];
}

/* %% %+ %- %n %string %?string, or a process's number. */
struct job *
job_find(const char *spec, bool complain_if_absent)
{
	struct job *found = NULL;
	const char *s = spec + 1;

	if (*spec != '%')
		found = job_of((pid_t)atol(spec));
	else if (*s == '\0' || ((*s == '%' || *s == '+') && s[1] == '\0'))
		found = job_current(0);
	else if (*s == '-' && s[1] == '\0')
		found = job_current(1);
	else {
		for (struct job *j = jobs; j != NULL; j = j->next) {
			if (j->foreground)
				continue;
			if (isdigit((unsigned char)*s) ? j->number == atoi(s) :
			    *s == '?' ? strstr(j->text, s + 1) != NULL : strncmp(j->text, s, strlen(s)) == 0) {
				if (found != NULL)
					fatal("%s: ambiguous", spec);
				found = j;
			}
		}
	}
	if (found == NULL && complain_if_absent)
		fatal("%s: no such job", spec);
	return found;
}

static const char *
state_text(const struct process *p)
{
	int status = p->status;

	switch (p->state) {
	case PROCESS_RUNNING:
		return "Running";
	case PROCESS_STOPPED:
		if (WSTOPSIG(status) == SIGTTIN)
			return "Stopped (tty input)";
		if (WSTOPSIG(status) == SIGTTOU)
			return "Stopped (tty output)";
		return WSTOPSIG(status) == SIGSTOP ? "Stopped (signal)" : "Stopped";
	case PROCESS_DONE:
		break;
	}
	if (WIFSIGNALED(status))
		return temp_printf("%s%s", strsignal(WTERMSIG(status)), WCOREDUMP(status) ? " (core dumped)" : "");
	if (WEXITSTATUS(status) != 0)
		return temp_printf("Done(%d)", WEXITSTATUS(status));
	return "Done";
}

/* The process whose state is the job's. */
static const struct process *
telling_process(const struct job *job)
{
	enum process_state state = job_state(job);
	const struct process *p = &job->processes[job->n - 1];

	for (size_t i = 0; state != PROCESS_DONE && i < job->n; i++) {
		if (job->processes[i].state == state)
			p = &job->processes[i];
	}
	return p;
}

/* Style: 'l' with the processes, 'p' only the group's number, otherwise 0. */
void
job_print(const struct job *job, bool to_terminal, int style)
{
	char mark = job == job_current(0) ? '+' : job == job_current(1) ? '-' : ' ';
	const struct process *p;
	const char *line;

	if (job->n == 0)
		return;
	p = telling_process(job);
	if (style == 'p')
		line = temp_printf("%d\n", (int)job->processes[0].pid);
	else if (style == 'l')
		line = temp_printf("[%d] %c %d %-20s %s\n", job->number, mark, (int)job->processes[0].pid, state_text(p),
		    job->text);
	else
		line = temp_printf("[%d] %c %-20s %s\n", job->number, mark, state_text(p), job->text);
	if (to_terminal)
		write_all(STDERR_FILENO, line, strlen(line));
	else
		out_str(line);
	for (size_t i = 1; style == 'l' && i < job->n; i++)
		out_printf("      %d %-20s |\n", (int)job->processes[i].pid, state_text(&job->processes[i]));
}

/* Before a prompt: say what has changed. */
void
jobs_notify(void)
{
	jobs_reap();
	for (bool again = true; again; ) {
		again = false;
		for (struct job *j = jobs; j != NULL; j = j->next) {
			if (!j->changed || j->foreground)
				continue;
			j->changed = false;
			job_print(j, true, 0);
			if (job_state(j) == PROCESS_DONE) {
				job_free(j);
				again = true;
				break;
			}
		}
	}
}

void
jobs_forget(void)
{
	while (jobs != NULL)
		job_free(jobs);
}

bool
jobs_stopped(void)
{
	for (const struct job *j = jobs; j != NULL; j = j->next) {
		if (!j->foreground && job_state(j) == PROCESS_STOPPED)
			return true;
	}
	return false;
}

/* fg and bg. */
void
job_resume(struct job *job, bool foreground)
{
	job->foreground = foreground;
	job->used = ++uses;
	if (foreground && terminal != -1 && job->pgid != 0) {
		tcsetpgrp(terminal, job->pgid);
		if (job->has_modes)
			tcsetattr(terminal, TCSADRAIN, job->modes);
	}
	for (size_t i = 0; i < job->n; i++) {
		if (job->processes[i].state == PROCESS_STOPPED)
			job->processes[i].state = PROCESS_RUNNING;
	}
	if (job->pgid != 0)
		kill(-job->pgid, SIGCONT);
}

static bool
open_terminal(void)
{
	int fd = open("/dev/tty", O_RDWR);

	for (int i = STDERR_FILENO; fd == -1 && i >= STDIN_FILENO; i--) {
		if (isatty(i))
			fd = dup(i);
	}
	if (fd == -1)
		return false;
	terminal = move_high(fd);
	fcntl(terminal, F_SETFD, FD_CLOEXEC);
	return true;
}

static void
close_terminal(void)
{
	if (terminal != -1)
		close(terminal);
	terminal = -1;
}

/* set -m and +m. Without a terminal, an interactive shell cannot. */
bool
jobs_set_control(bool on)
{
	pid_t group = -1;

	if (on == job_control)
		return true;
	if (!on) {
		job_control = false;
		if (terminal != -1 && options[OPT_INTERACTIVE]) {
			tcsetpgrp(terminal, original_group);
			setpgid(0, original_group);
		}
		close_terminal();
		signals_interactive();
		return true;
	}
	if (!options[OPT_INTERACTIVE]) {
		job_control = true;
		return true;
	}
	if (!open_terminal())
		return false;
	/* Not before we are in the foreground. */
	while ((group = tcgetpgrp(terminal)) != -1 && group != getpgrp())
		kill(0, SIGTTIN);
	if (group == -1) {
		close_terminal();
		return false;
	}
	job_control = true;
	signals_interactive();
	original_group = group;
	shell_group = getpid();
	setpgid(0, shell_group);
	tcsetpgrp(terminal, shell_group);
	have_modes = tcgetattr(terminal, &shell_modes) == 0;
	return true;
}
