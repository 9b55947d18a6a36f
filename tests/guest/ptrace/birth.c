/*
 * A traced child stops before child_return: its registers are still those with which its parent called (spec C.30,
 * C.32). Without the event in the mask a child is nobody's but its parent's (C.17).
 */
#include <sys/syscall.h>

#include "tracing.h"

#define A0	9
#define A1	10
#define T6	30

static pid_t
event_of(pid_t pid, int event)
{
	ptrace_state_t state;

	expect_stop(pid, SIGTRAP);
	CHECK_EQ(ptrace(PT_GET_PROCESS_STATE, pid, &state, sizeof state), 0);
	CHECK_EQ(state.pe_report_event, event);
	return state.pe_other_pid;
}

static void
registers(int number)
{
	const ptrace_event_t events = { PTRACE_FORK | PTRACE_VFORK };
	int event = number == SYS_fork ? PTRACE_FORK : PTRACE_VFORK;
	struct reg parents, childs, at_call;
	pid_t pid = fork(), child;

	if (pid == 0) {
		trace_me();
		child = syscall(number);
		if (child == 0)
			_exit(3);
		waitpid(child, NULL, 0);
		_exit(child > 0 ? 4 : 5);
	}
	expect_stop(pid, SIGSTOP);
	CHECK_EQ(ptrace(PT_SET_EVENT_MASK, pid, (void *)&events, sizeof events), 0);
	/* Stop at the call itself first, to know the registers. */
	do {
		CHECK_EQ(ptrace(PT_SYSCALL, pid, (void *)1, 0), 0);
		expect_stop(pid, SIGTRAP);
		CHECK_EQ(ptrace(PT_GETREGS, pid, &at_call, 0), 0);
	} while (stop_info(pid).psi_siginfo.si_code != TRAP_SCE || at_call.r_reg[T6] != 0 ||
	    at_call.r_reg[A0] != (unsigned long)number);
	CHECK_EQ(ptrace(PT_CONTINUE, pid, (void *)1, 0), 0);
	child = event_of(pid, event);
	CHECK_EQ(event_of(child, event), pid);
	CHECK_EQ(ptrace(PT_GETREGS, pid, &parents, 0), 0);
	CHECK_EQ(ptrace(PT_GETREGS, child, &childs, 0), 0);
	CHECK_EQ(childs.r_pc, at_call.r_pc);
	for (int i = 0; i < 31; i++)
		CHECK_EQ(childs.r_reg[i], at_call.r_reg[i]);
	CHECK_EQ(parents.r_pc, childs.r_pc);
	for (int i = 0; i < 31; i++)
		if (i != A0 && i != A1)
			CHECK_EQ(parents.r_reg[i], childs.r_reg[i]);
	/* It returns as any child does all the same: 0 and 1. */
	CHECK_EQ(ptrace(PT_SYSCALL, child, (void *)1, 0), 0);
	expect_stop(child, SIGTRAP);
	CHECK_EQ(ptrace(PT_GETREGS, child, &childs, 0), 0);
	CHECK(stop_info(child).psi_siginfo.si_code == TRAP_SCX || childs.r_reg[T6] != 0 ||
	    childs.r_reg[A0] != (unsigned long)number);
	go_on(child, 0);
	expect_exit(child, 3);
	go_on(pid, 0);
	expect_stop(pid, SIGCHLD);
	go_on(pid, 0);
	expect_exit(pid, 4);
}

static void
untraced(void)
{
	int fds[2], status;
	pid_t pid, child;

	CHECK_EQ(pipe(fds), 0);
	pid = fork();
	if (pid == 0) {
		trace_me();
		child = fork();
		if (child == 0) {
			if (ptrace(PT_CONTINUE, getpid(), (void *)1, 0) != -1 || errno != EPERM)
				_exit(1);
			raise(SIGUSR1);	/* which kills it, unseen by anybody's tracer */
			_exit(2);
		}
		write(fds[1], &child, sizeof child);
		waitpid(child, &status, 0);
		_exit(WTERMSIG(status));
	}
	expect_stop(pid, SIGSTOP);
	go_on(pid, 0);
	CHECK_EQ(read(fds[0], &child, sizeof child), (int)sizeof child);
	CHECK_ERRNO(waitpid(child, NULL, WNOHANG), ECHILD);
	expect_stop(pid, SIGCHLD);
	go_on(pid, 0);
	expect_exit(pid, SIGUSR1);
}

int
main(void)
{
	registers(SYS_fork);
	registers(66);
	untraced();
	return 0;
}
