/*
 * Built-ins about jobs and signals.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sh.h"
#include "builtins.h"

static void
print_and_forget(struct job *job, int style)
{
	if (job->foreground)
		return;
	job_print(job, false, style);
	job->changed = false;
	if (job_state(job) == PROCESS_DONE && style != 'p')
		job_free(job);
}

int
b_jobs(int argc, char **argv)
{
	int style = 0, last = 0;
	char option;

	(void)argc;
	while (next_option(&argv, "lp", &option))
		style = option;
	jobs_reap();
	if (argv[1] != NULL) {
		for (argv++; *argv != NULL; argv++)
			print_and_forget(job_find(*argv, true), style);
		return 0;
	}
	/* The list is newest first. */
	for (;;) {
		struct job *next = NULL;

		for (struct job *j = jobs; j != NULL; j = j->next) {
			if (j->number > last && (next == NULL || j->number < next->number))
				next = j;
		}
		if (next == NULL)
			return 0;
		last = next->number;
		print_and_forget(next, style);
	}
}

static struct job *
job_argument(const char *spec)
{
	struct job *job = job_find(spec == NULL ? "%+" : spec, true);

	if (job->pgid == 0)
		fatal("%s: not under job control", spec == NULL ? "%+" : spec);
	if (job_state(job) == PROCESS_DONE)
		fatal("%s: has ended", spec == NULL ? "%+" : spec);
	return job;
}

int
b_fg(int argc, char **argv)
{
	struct job *job;

	if (!job_control)
		fatal("fg: no job control");
	if (argc > 1 && strcmp(argv[1], "--") == 0)
		argv++;
	job = job_argument(argv[1]);
	out_printf("%s\n", job->text);
	out_flush();
	job_resume(job, true);
	return job_wait(job);
}

int
b_bg(int argc, char **argv)
{
	if (!job_control)
		fatal("bg: no job control");
	if (argc > 1 && strcmp(argv[1], "--") == 0)
		argv++;
	do {
		struct job *job = job_argument(*++argv);

		out_printf("[%d] %s\n", job->number, job->text);
		job_resume(job, false);
		last_background = job->processes[job->n - 1].pid;
	} while (*argv != NULL && argv[1] != NULL);
	return 0;
}

static bool
job_is_done(void *argument)
{
	return job_state(argument) != PROCESS_RUNNING;
}

static bool
all_done(void *argument)
{
	(void)argument;
	for (const struct job *j = jobs; j != NULL; j = j->next) {
		if (!j->foreground && job_state(j) == PROCESS_RUNNING)
			return false;
	}
	return true;
}

static void
forget_done(void)
{
	struct job *next;

	for (struct job *j = jobs; j != NULL; j = next) {
		next = j->next;
		if (!j->foreground && job_state(j) == PROCESS_DONE)
			job_free(j);
	}
}

/* The status of one process, which need not be its job's last. */
static int
process_status(const struct job *job, const char *spec)
{
	pid_t pid = (pid_t)atol(spec);

	for (size_t i = 0; *spec != '%' && i < job->n; i++) {
		if (job->processes[i].pid == pid && job->processes[i].state == PROCESS_DONE)
			return status_of(job->processes[i].status);
	}
	return job_status(job);
}

int
b_wait(int argc, char **argv)
{
	int status = 0, interruption;

	if (argc > 1 && strcmp(argv[1], "--") == 0) {
		argc--;
		argv++;
	}
	if (argc == 1) {
		interruption = wait_interruptibly(all_done, NULL);
		check_interrupt();
		if (interruption == 0)
			forget_done();
		return interruption;
	}
	for (argv++; *argv != NULL; argv++) {
		struct job *job;

		if (**argv != '%' && ((*argv)[strspn(*argv, "0123456789")] != '\0' || **argv == '\0'))
			fatal("wait: Illegal number: %s", *argv);
		job = job_find(*argv, false);
		if (job == NULL) {
			status = STATUS_NOT_FOUND;
			continue;
		}
		interruption = wait_interruptibly(job_is_done, job);
		check_interrupt();
		if (interruption != 0)
			return interruption;
		status = process_status(job, *argv);
		if (job_state(job) == PROCESS_DONE)
			job_free(job);
	}
	return status;
}

/* kill -l: all names, or those of numbers and of statuses. */
static int
list_signals(char **argv)
{
	if (*argv == NULL) {
		for (int sig = 1; sig < 65; sig++) {
			if (signal_name(sig) != NULL)
				out_printf("%s\n", signal_name(sig));
		}
		return 0;
	}
	for (; *argv != NULL; argv++) {
		int sig = signal_number(*argv);

		if (sig == -1 || signal_name(sig) == NULL) {
			sig = atoi(*argv) - STATUS_SIGNALLED;
			if (sig <= 0 || signal_name(sig) == NULL)
				fatal("kill: %s: bad signal", *argv);
		}
		if ((*argv)[strspn(*argv, "0123456789")] == '\0')
			out_printf("%s\n", signal_name(sig));
		else
			out_printf("%d\n", sig);
	}
	return 0;
}

static bool
signal_one(const char *target, int sig)
{
	long pid;
	char *end;

	if (*target == '%') {
		const struct job *job = job_find(target, true);

		if (job->pgid != 0)
			return kill(-job->pgid, sig) == 0;
		for (size_t i = 0; i < job->n; i++) {
			if (job->processes[i].state != PROCESS_DONE && kill(job->processes[i].pid, sig) == -1)
				return false;
		}
		return true;
	}
	pid = strtol(target, &end, 10);
	if (end == target || *end != '\0')
		fatal("kill: Illegal number: %s", target);
	return kill((pid_t)pid, sig) == 0;
}

int
b_kill(int argc, char **argv)
{
	int sig = SIGTERM, status = 0;
	const char *name = NULL;

	argv++;
	if (argc > 1 && strcmp(*argv, "-l") == 0)
		return list_signals(argv + 1);
	if (argc > 2 && strcmp(*argv, "-s") == 0) {
		name = argv[1];
		argv += 2;
	} else if (argc > 1 && **argv == '-' && (*argv)[1] != '\0' && strcmp(*argv, "--") != 0)
		name = *argv++ + 1;
	if (name != NULL) {
		sig = signal_number(name);
		if (strcasecmp(name, "EXIT") == 0)
			sig = -1;
		if (sig == -1)
			fatal("kill: %s: bad signal", name);
	}
	if (*argv != NULL && strcmp(*argv, "--") == 0)
		argv++;
	if (*argv == NULL)
		fatal("usage: kill [-s signal] pid...");
	for (; *argv != NULL; argv++) {
		if (!signal_one(*argv, sig)) {
			complain("kill: %s: %s", *argv, strerror(errno));
			status = 1;
		}
	}
	return status;
}
