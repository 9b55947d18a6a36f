/* Stops at system calls and at exec. */
#include <sys/syscall.h>

#include "tracing.h"

static void
step(pid_t pid, int code, int number)
{
	struct ptrace_siginfo info;

	CHECK_EQ(ptrace(PT_SYSCALL, pid, (void *)1, 0), 0);
	expect_stop(pid, SIGTRAP);
	info = stop_info(pid);
	CHECK_EQ(info.psi_siginfo.si_code, code);
	CHECK_EQ(info.psi_siginfo.si_sysnum, number);
}

static void
calls(void)
{
	struct ptrace_siginfo info;
	struct reg regs;
	pid_t pid = fork();

	if (pid == 0) {
		trace_me();
		syscall(SYS_getpid);
		close(-1);
		if (syscall(SYS_getpgrp) != 4711)
			_exit(1);
		_exit(8);
	}
	expect_stop(pid, SIGSTOP);
	step(pid, TRAP_SCE, SYS_getpid);
	step(pid, TRAP_SCX, SYS_getpid);
	info = stop_info(pid);
	CHECK_EQ(info.psi_siginfo.si_error, 0);
	CHECK_EQ(info.psi_siginfo.si_retval[0], pid);
	step(pid, TRAP_SCE, SYS_close);
	CHECK_EQ((int)stop_info(pid).psi_siginfo.si_args[0], -1);
	step(pid, TRAP_SCX, SYS_close);
	CHECK_EQ(stop_info(pid).psi_siginfo.si_error, EBADF);
	/* The tracer does the call's work. */
	step(pid, TRAP_SCE, SYS_getpgrp);
	CHECK_EQ(ptrace(PT_SYSCALLEMU, pid, NULL, 0), 0);
	step(pid, TRAP_SCX, SYS_getpgrp);
	CHECK_EQ(ptrace(PT_GETREGS, pid, &regs, 0), 0);
	regs.r_reg[9] = 4711;
	CHECK_EQ(ptrace(PT_SETREGS, pid, &regs, 0), 0);
	step(pid, TRAP_SCE, SYS_exit);
	CHECK_EQ(ptrace(PT_SYSCALL, pid, (void *)1, 0), 0);
	expect_exit(pid, 8);
}

static void
exec(char *self)
{
	struct ptrace_siginfo info;
	pid_t pid = fork();

	if (pid == 0) {
		char *argv[] = { self, "again", NULL };

		signal(SIGTRAP, SIG_IGN);	/* makes no difference */
		if (ptrace(PT_TRACE_ME, 0, NULL, 0) != 0)
			_exit(99);
		execv(self, argv);
		_exit(98);
	}
	expect_stop(pid, SIGTRAP);
	info = stop_info(pid);
	CHECK_EQ(info.psi_siginfo.si_code, TRAP_EXEC);
	go_on(pid, 0);
	expect_exit(pid, 33);
}

int
main(int argc, char **argv)
{
	if (argc > 1)
		return 33;
	calls();
	exec("/bin/calls");
	return 0;
}
