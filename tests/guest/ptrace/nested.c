/*
 * Forks and programs in a vfork child that its parent traces, and a posix_spawn of which nothing comes
 * (spec C.16, C.30-C.33, D.2).
 */
#include <spawn.h>

#include "tracing.h"

extern char **environ;

/* The parent sleeps: the child neither stops for SIGCHLD nor for anything its own children do. */
static void
forks(int vforks)
{
	pid_t pid = vfork();

	if (pid == 0) {
		pid_t child;
		int status;

		if (ptrace(PT_TRACE_ME, 0, NULL, 0) != 0)
			_exit(1);
		child = vforks ? vfork() : fork();
		if (child == 0)
			_exit(15);
		if (waitpid(child, &status, 0) != child || status != W_EXITCODE(15, 0))
			_exit(2);
		_exit(10);
	}
	expect_exit(pid, 10);
}

/* exec lets the parent go, and then the child may stop. */
static void
exec(void)
{
	char *argv[] = { "nested", "again", NULL };
	pid_t pid = vfork();

	if (pid == 0) {
		if (ptrace(PT_TRACE_ME, 0, NULL, 0) != 0)
			_exit(1);
		execv("/bin/nested", argv);
		_exit(2);
	}
	expect_stop(pid, SIGTRAP);
	CHECK_EQ(stop_info(pid).psi_siginfo.si_code, TRAP_EXEC);
	go_on(pid, 0);
	expect_exit(pid, 33);
}

static void
failing_spawn(void)
{
	int mask = PTRACE_POSIX_SPAWN | PTRACE_FORK | PTRACE_VFORK | PTRACE_VFORK_DONE;
	pid_t pid = fork();

	if (pid == 0) {
		char *argv[] = { "nothing", NULL };
		pid_t child;

		trace_me();
		if (posix_spawn(&child, "/no/such/file", NULL, NULL, argv, environ) != ENOENT)
			_exit(1);
		if (waitpid(-1, NULL, 0) != -1 || errno != ECHILD)
			_exit(2);
		_exit(3);
	}
	expect_stop(pid, SIGSTOP);
	CHECK_EQ(ptrace(PT_SET_EVENT_MASK, pid, &mask, sizeof mask), 0);
	go_on(pid, 0);
	expect_exit(pid, 3);
	CHECK_ERRNO(waitpid(-1, NULL, WNOHANG), ECHILD);
}

int
main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1)
		return 33;
	forks(0);
	forks(1);
	exec();
	failing_spawn();
	return 0;
}
