/*
 * Carrying out the tree: compound commands, lists, pipelines and subshells. Simple commands are in command.c.
 *
 * Every function here leaves the status of what it ran in exit_status and returns it. When `skip` is set,
 * because of break, continue or return, everything returns at once to whom that concerns.
 */
#include <sys/wait.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sh.h"

enum skip skip;
int skip_count;
int loop_depth;
int function_depth;
int tested;
int exit_status;
int exec_line;
int substitution_status;
static bool subshell;

bool
in_subshell(void)
{
	return subshell;
}

/* In a child that goes on as a shell. */
void
enter_subshell(bool background)
{
	bool interactive = options[OPT_INTERACTIVE];

	subshell = true;
	forget_handlers();
	jobs_forget();
	options[OPT_INTERACTIVE] = false;
	options[OPT_MONITOR] = false;
	job_control = false;
	traps_reset();
	if (interactive)
		signals_interactive();
	if (background)
		tested = 0;
}

void
exit_shell(int status)
{
	exit_status = status;
	skip = SKIP_NONE;
	trap_exit();
	out_flush();
	if (!subshell)
		jobs_set_control(false);
	_exit(exit_status & 0xff);
}

/* Run a node where set -e does not apply. */
int
exec_node_tested(struct node *n)
{
	tested++;
	exec_node(n, 0);
	tested--;
	return exit_status;
}

/* In a child: run the node, whose redirections are its own, and exit. */
void
exec_subshell(struct node *n)
{
	if (n != NULL)
		exec_node(n, EXEC_LAST);
	else
		exit_status = 0;
	exit_shell(exit_status);
}

static void
stdin_from_null(void)
{
	int fd = open("/dev/null", O_RDONLY);

	if (fd > 0) {
		dup2(fd, STDIN_FILENO);
		close(fd);
	} else if (fd == -1)
		close(STDIN_FILENO);
}

/* Connect a pipeline's process; -1 stands for what it has already. */
static void
attach(int input, int output, int other)
{
	if (other != -1)
		close(other);
	if (input > STDIN_FILENO) {
		dup2(input, STDIN_FILENO);
		close(input);
	}
	if (output != -1 && output != STDOUT_FILENO) {
		dup2(output, STDOUT_FILENO);
		close(output);
	}
}

static void
finish_background(struct job *job)
{
	last_background = job->processes[job->n - 1].pid;
	job_background(job);
	exit_status = 0;
}

/* Every command of a pipeline is a process. They are one job; its status is the last one's. */
static int
exec_pipe(struct node *n, bool background)
{
	struct job *job = job_new(node_text(n));
	int input = -1, ends[2];

	for (struct node *c = n->first; c != NULL; c = c->next) {
		ends[0] = ends[1] = -1;
		if (c->next != NULL && pipe(ends) == -1) {
			if (input != -1)
				close(input);
			fatal("cannot make a pipe: %s", strerror(errno));
		}
		if (job_fork(job, background) == 0) {
			if (background && c == n->first && job->pgid == 0)
				stdin_from_null();
			attach(input, ends[1], ends[0]);
			exec_subshell(c);
		}
		if (input != -1)
			close(input);
		if (ends[1] != -1)
			close(ends[1]);
		input = ends[0];
	}
	if (background)
		finish_background(job);
	else
		exit_status = job_wait(job);
	return exit_status;
}

static int
exec_pipeline(struct node *n)
{
	if (n->bang)
		tested++;
	if (n->first->next == NULL)
		exec_node(n->first, 0);
	else
		exec_pipe(n, false);
	if (n->bang) {
		tested--;
		if (skip == SKIP_NONE)
			exit_status = !exit_status;
	}
	return exit_status;
}

static void
exec_background(struct node *n)
{
	struct job *job;

	if (n->type == NODE_PIPE && !n->bang) {
		exec_pipe(n, true);
		return;
	}
	job = job_new(node_text(n));
	if (job_fork(job, true) == 0) {
		if (job->pgid == 0)
			stdin_from_null();
		n->background = false;
		exec_subshell(n);
	}
	finish_background(job);
}

static int
exec_list(struct node *n, int flags)
{
	for (struct node *c = n->first; c != NULL && skip == SKIP_NONE; c = c->next) {
		if (c->background)
			exec_background(c);
		else
			exec_node(c, c->next == NULL ? flags : 0);
	}
	return exit_status;
}

/* The body of NODE_SUBSHELL, in a process of its own. */
static int
exec_in_subshell(struct node *n, int flags)
{
	struct job *job;

	if (flags & EXEC_LAST && !traps_any()) {
		enter_subshell(false);
		if (n->redirs != NULL && !redirect(n->redirs, NULL))
			exit_shell(STATUS_ERROR);
		exec_subshell(n->first);
	}
	job = job_new(node_text(n));
	if (job_fork(job, false) == 0) {
		if (n->redirs != NULL && !redirect(n->redirs, NULL))
			exit_shell(STATUS_ERROR);
		exec_subshell(n->first);
	}
	return exit_status = job_wait(job);
}

/* After a body has run: does the loop go on? */
static bool
loop_goes_on(void)
{
	if (skip == SKIP_NONE)
		return true;
	if (skip == SKIP_RETURN || skip_count-- > 1)
		return false;
	if (skip == SKIP_BREAK) {
		skip = SKIP_NONE;
		return false;
	}
	skip = SKIP_NONE;
	return true;
}

static int
exec_while(struct node *n)
{
	bool until = n->type == NODE_UNTIL;
	int status = 0;

	loop_depth++;
	for (;;) {
		bool holds = (exec_node_tested(n->first) == 0) != until;

		if (skip == SKIP_NONE) {
			if (!holds)
				break;
			status = exec_node(n->second, 0);
		} else
			status = exit_status;
		if (!loop_goes_on())
			break;
	}
	loop_depth--;
	return exit_status = status;
}

static int
exec_for(struct node *n)
{
	struct mark mark = temp_mark();
	struct strings list = { 0 };
	int status = 0;

	exec_line = n->line;
	if (n->has_in) {
		for (const struct word *w = n->words; w != NULL; w = w->next)
			expand_word_into(w, &list);
	} else {
		for (size_t i = 0; i < params.n; i++)
			strings_add(&list, temp_strdup(params.v[i]));
	}
	loop_depth++;
	for (size_t i = 0; i < list.n; i++) {
		var_set(n->name, list.v[i], 0);
		status = exec_node(n->second, 0);
		if (!loop_goes_on())
			break;
	}
	loop_depth--;
	temp_release(mark);
	return exit_status = status;
}

static bool
case_matches(const struct case_item *item, const char *subject)
{
	for (const struct word *w = item->patterns; w != NULL; w = w->next) {
		if (pattern_match(expand_pattern(w), subject))
			return true;
	}
	return false;
}

static int
exec_case(struct node *n, int flags)
{
	struct mark mark = temp_mark();
	struct case_item *item;
	const char *subject;
	int status = 0;

	exec_line = n->line;
	subject = expand_single(n->words);
	for (item = n->items; item != NULL && !case_matches(item, subject); item = item->next)
		continue;
	temp_release(mark);
	for (; item != NULL && skip == SKIP_NONE; item = item->next) {
		if (item->body != NULL)
			status = exec_node(item->body, item->fall_through ? 0 : flags);
		if (!item->fall_through)
			break;
	}
	return exit_status = status;
}

static int
exec_if(struct node *n, int flags)
{
	if (exec_node_tested(n->first) == 0 && skip == SKIP_NONE)
		return exec_node(n->second, flags);
	if (skip != SKIP_NONE)
		return exit_status;
	if (n->third != NULL)
		return exec_node(n->third, flags);
	return exit_status = 0;
}

static int
exec_and_or(struct node *n, int flags)
{
	int status = exec_node_tested(n->first);

	if (skip != SKIP_NONE || (status == 0) != (n->type == NODE_AND))
		return status;
	return exec_node(n->second, flags);
}

static int
exec_by_type(struct node *n, int flags)
{
	switch (n->type) {
	case NODE_SIMPLE:
		return exec_simple(n, flags);
	case NODE_PIPE:
		return exec_pipeline(n);
	case NODE_AND:
	case NODE_OR:
		return exec_and_or(n, flags);
	case NODE_LIST:
		return exec_list(n, flags);
	case NODE_SUBSHELL:
		return exec_in_subshell(n, flags);
	case NODE_GROUP:
		return exec_node(n->first, flags);
	case NODE_IF:
		return exec_if(n, flags);
	case NODE_WHILE:
	case NODE_UNTIL:
		return exec_while(n);
	case NODE_FOR:
		return exec_for(n);
	case NODE_CASE:
		return exec_case(n, flags);
	case NODE_FUNCTION:
		function_define(n->name, n);
		return exit_status = 0;
	}
	return exit_status;
}

/* A compound command's redirections are in force while it runs. */
static int
exec_redirected(struct node *n)
{
	struct redirection r;

	exec_line = n->line;
	if (!redirect(n->redirs, &r))
		return exit_status = STATUS_ERROR;
	exec_by_type(n, 0);
	redirect_undo(&r);
	return exit_status;
}

int
exec_node(struct node *n, int flags)
{
	bool redirected = n->redirs != NULL && n->type != NODE_SIMPLE && n->type != NODE_SUBSHELL;
	bool may_exit;

	check_stack();
	if (trap_pending())
		trap_run_pending();
	check_interrupt();
	if (skip != SKIP_NONE || (options[OPT_NOEXEC] && !options[OPT_INTERACTIVE]))
		return exit_status;
	if (redirected)
		exec_redirected(n);
	else
		exec_by_type(n, flags);
	may_exit = redirected || n->type == NODE_SIMPLE || n->type == NODE_SUBSHELL ||
	    (n->type == NODE_PIPE && !n->bang);
	if (trap_pending())
		trap_run_pending();
	if (may_exit && exit_status != 0 && options[OPT_ERREXIT] && tested == 0 && skip == SKIP_NONE)
		exit_shell(exit_status);
	return exit_status;
}

/* What a command writes, without the newlines at its end. */
char *
command_output(struct node *n)
{
	struct buf output = { 0 };
	char block[2048];
	int ends[2], status;
	ssize_t got;
	pid_t pid;

	if (pipe(ends) == -1)
		fatal("cannot make a pipe: %s", strerror(errno));
	out_flush();
	pid = fork();
	if (pid == -1) {
		close(ends[0]);
		close(ends[1]);
		fatal("cannot fork: %s", strerror(errno));
	}
	if (pid == 0) {
		enter_subshell(false);
		tested = 0;
		attach(-1, ends[1], ends[0]);
		exec_subshell(n);
	}
	close(ends[1]);
	while ((got = read(ends[0], block, sizeof(block))) != 0) {
		if (got == -1) {
			if (errno == EINTR && !interrupted)
				continue;
			break;
		}
		for (ssize_t i = 0; i < got; i++) {
			if (block[i] != '\0')
				buf_putc(&output, block[i]);
		}
	}
	close(ends[0]);
	while (waitpid(pid, &status, 0) == -1) {
		if (errno != EINTR) {
			status = 0;
			break;
		}
	}
	check_interrupt();
	substitution_status = status_of(status);
	while (output.len > 0 && output.s[output.len - 1] == '\n')
		output.len--;
	return buf_string(&output);
}

/* Run all of the innermost input. */
int
exec_input(int flags)
{
	struct program *p;

	while (skip == SKIP_NONE && (p = parse_complete_command()) != NULL) {
		struct cleanup release;

		push_cleanup(&release, program_release, p);
		if (p->root != NULL)
			exec_node(p->root, flags & EXEC_LAST && input_is_blank() ? EXEC_LAST : 0);
		pop_cleanup(&release);
	}
	return exit_status;
}

int
exec_string(const char *text, int flags)
{
	struct cleanup pop;

	check_stack();
	input_push_string(text, NULL, true);
	push_cleanup(&pop, input_pop, NULL);
	exec_input(flags);
	pop_cleanup(&pop);
	return exit_status;
}
