/* A stop for the tracer is a PSIG record: of an event, a system call, a fault (spec C.30, C.32). */
#include "trace.h"

#include <sys/ptrace.h>
#include <signal.h>

static void
handler(int signo)
{
	(void)signo;
}

static void
expect_psig(pid_t pid, int code, int event, int other)
{
	struct ktr_psig *psig = expect(pid, KTR_PSIG);
	siginfo_t *info = (siginfo_t *)(psig + 1);

	CHECK_EQ(psig->signo, SIGTRAP);
	CHECK_EQ(psig->code, code);
	CHECK(psig->action == handler || psig->action == SIG_DFL);
	CHECK(sigismember(&psig->mask, SIGHUP));
	CHECK_EQ(info->si_code, code);
	if (code == TRAP_CHLD) {
		CHECK_EQ(info->si_pe_report_event, event);
		CHECK_EQ(info->si_pe_other_pid, other);
	}
}

int
main(int argc, char **argv)
{
	const ptrace_event_t events = { PTRACE_FORK | PTRACE_VFORK | PTRACE_VFORK_DONE };
	pid_t child, grandchild = 0;
	int status, stops = 0;
	sigset_t mask;

	if (argc == 2)
		return 0;
	start_trace(KTRFAC_PSIG | KTRFAC_INHERIT);
	if ((child = fork()) == 0) {
		sigemptyset(&mask);
		sigaddset(&mask, SIGHUP);
		sigprocmask(SIG_BLOCK, &mask, NULL);
		signal(SIGTRAP, handler);
		ptrace(PT_TRACE_ME, 0, NULL, 0);
		raise(SIGSTOP);
		if (fork() == 0)
			_exit(0);
		if (vfork() == 0)
			_exit(0);
		wait(NULL);
		wait(NULL);
		__asm__ volatile("c.ebreak\n\tc.nop");
		execl("/bin/stops", "stops", "child", NULL);
		_exit(9);
	}
	CHECK_EQ(waitpid(child, &status, 0), child);
	CHECK_EQ(status, W_STOPCODE(SIGSTOP));
	CHECK_EQ(ptrace(PT_SET_EVENT_MASK, child, (void *)&events, sizeof(events)), 0);
	CHECK_EQ(ptrace(PT_CONTINUE, child, (void *)1, 0), 0);
	for (;;) {
		pid_t pid = wait(&status);

		CHECK(pid > 0);
		if (pid == child && !WIFSTOPPED(status))
			break;
		if (!WIFSTOPPED(status))
			continue;
		if (pid != child && grandchild == 0)
			grandchild = pid;
		if (pid == child && WSTOPSIG(status) == SIGTRAP)
			stops++;
		struct ptrace_siginfo info;
		CHECK_EQ(ptrace(PT_GET_SIGINFO, pid, &info, sizeof(info)), 0);
		if (WSTOPSIG(status) == SIGTRAP && info.psi_siginfo.si_code == TRAP_BRKPT) {
			struct reg regs;

			CHECK_EQ(ptrace(PT_GETREGS, pid, &regs, 0), 0);
			CHECK_EQ(ptrace(PT_CONTINUE, pid, (char *)regs.r_pc + 2, 0), 0);
		} else
			CHECK_EQ(ptrace(PT_CONTINUE, pid, (void *)1, 0), 0);
	}
	CHECK_EQ(status, 0);
	CHECK_EQ(stops, 5);
	read_trace();
	expect_psig(child, TRAP_CHLD, PTRACE_FORK, grandchild);
	struct ktr_header *header = next_record(child);
	CHECK(header != NULL);
	siginfo_t *info = (siginfo_t *)((struct ktr_psig *)payload(header) + 1);
	CHECK_EQ(info->si_pe_report_event, PTRACE_VFORK);
	expect_psig(child, TRAP_CHLD, PTRACE_VFORK_DONE, info->si_pe_other_pid);
	expect_psig(child, TRAP_BRKPT, 0, 0);
	expect_psig(child, TRAP_EXEC, 0, 0);
	expect_end(child);
	trace_at = trace_data;
	expect_psig(grandchild, TRAP_CHLD, PTRACE_FORK, child);
	expect_end(grandchild);
	return 0;
}
