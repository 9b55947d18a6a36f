/* Who may trace whom, and which requests are refused with what (spec E ptrace(2)). */
#define __LEGACY_PT_LWPINFO
#include <sys/ras.h>
#include <sys/stat.h>

#include "tracing.h"

static void
without_a_tracee(void)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		pause();
		_exit(0);
	}
	CHECK_ERRNO(ptrace(PT_ATTACH, getpid(), NULL, 0), EINVAL);
	CHECK_ERRNO(ptrace(PT_ATTACH, 1, NULL, 0), EPERM);
	CHECK_ERRNO(ptrace(PT_ATTACH, 30000, NULL, 0), ESRCH);
	CHECK_ERRNO(ptrace(PT_CONTINUE, 30000, (void *)1, 0), ESRCH);
	CHECK_ERRNO(ptrace(PT_CONTINUE, pid, (void *)1, 0), EPERM);
	CHECK_ERRNO(ptrace(PT_READ_D, pid, &pid, 0), EPERM);
	CHECK_ERRNO(ptrace(1000, pid, NULL, 0), EINVAL);
	CHECK_ERRNO(ptrace(3, pid, NULL, 0), EINVAL);
	CHECK_ERRNO(ptrace(3, 30000, NULL, 0), ESRCH);	/* whom comes before what */
	CHECK_ERRNO(ptrace(PT_TRACE_ME, 0, NULL, 0), EPERM);	/* init does not trace */
	kill(pid, SIGKILL);
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_ERRNO(ptrace(PT_ATTACH, pid, NULL, 0), ESRCH);
}

static void
with_a_tracee(void)
{
	struct ptrace_lwpinfo info;
	struct ptrace_state state;
	struct ptrace_io_desc io = { .piod_op = PIOD_READ_D, .piod_addr = &info };
	struct reg regs;
	pid_t pid = fork(), other;

	if (pid == 0) {
		trace_me();
		if (ptrace(PT_TRACE_ME, 0, NULL, 0) != -1 || errno != EBUSY)
			_exit(1);
		raise(SIGSTOP);
		_exit(5);
	}
	expect_stop(pid, SIGSTOP);
	CHECK_ERRNO(ptrace(PT_ATTACH, pid, NULL, 0), EBUSY);
	CHECK_ERRNO(ptrace(PT_CONTINUE, pid, (void *)1, 64), EINVAL);
	CHECK_ERRNO(ptrace(PT_CONTINUE, pid, (void *)3, 0), EINVAL);
	CHECK_ERRNO(ptrace(PT_CONTINUE, pid, NULL, 0), EINVAL);	/* a common mistake */
	CHECK_ERRNO(ptrace(PT_SYSCALL, pid, NULL, 0), EINVAL);
	CHECK_ERRNO(ptrace(PT_CONTINUE, pid, (void *)1, -12345), ESRCH);
	CHECK_ERRNO(ptrace(PT_DETACH, pid, (void *)1, -pid), EINVAL);
	CHECK_EQ(ptrace(PT_GETREGS, pid, &regs, 12345), 0);	/* it has only one thread */
	CHECK_EQ(ptrace(PT_SUSPEND, pid, NULL, pid), 0);
	CHECK_ERRNO(ptrace(PT_CONTINUE, pid, (void *)1, 0), EDEADLK);
	CHECK_ERRNO(ptrace(PT_CONTINUE, pid, (void *)1, -pid), EDEADLK);
	info.pl_lwpid = 0;
	CHECK_EQ(ptrace(PT_LWPINFO, pid, &info, sizeof info), 0);
	CHECK_EQ(info.pl_lwpid, pid);
	CHECK_EQ(info.pl_event, PL_EVENT_SUSPENDED);
	CHECK_EQ(ptrace(PT_RESUME, pid, NULL, pid), 0);
	info.pl_lwpid = 0;
	CHECK_EQ(ptrace(PT_LWPINFO, pid, &info, sizeof info), 0);
	CHECK_EQ(info.pl_event, PL_EVENT_SIGNAL);
	CHECK_ERRNO(ptrace(PT_IO, pid, &io, sizeof io), EINVAL);	/* nothing to move */
	io.piod_len = 1;
	io.piod_op = 77;
	CHECK_ERRNO(ptrace(PT_IO, pid, &io, sizeof io), EINVAL);
	io.piod_op = PIOD_READ_AUXV;
	io.piod_offs = (void *)4096;
	CHECK_ERRNO(ptrace(PT_IO, pid, &io, sizeof io), EIO);
	memset(&state, 1, sizeof state);
	CHECK_EQ(ptrace(PT_GET_PROCESS_STATE, pid, &state, sizeof state), 0);	/* at no event */
	CHECK_EQ(state.pe_report_event, 0);
	CHECK_EQ(state.pe_other_pid, 0);
	CHECK_ERRNO(ptrace(PT_GETREGS, pid, NULL, 0), EFAULT);
	CHECK_ERRNO(ptrace(PT_READ_D, pid, NULL, 0), EFAULT);
	CHECK_ERRNO(ptrace(PT_WRITE_D, pid, NULL, 0), EFAULT);
	CHECK_ERRNO(ptrace(PT_GET_SIGINFO, pid, &other, sizeof other), EINVAL);
	CHECK_ERRNO(ptrace(PT_SET_EVENT_MASK, pid, &other, 8), EINVAL);
	CHECK_ERRNO(ptrace(PT_GET_PROCESS_STATE, pid, &other, 4), EINVAL);
	CHECK_ERRNO(ptrace(PT_SYSCALLEMU, pid, (void *)1, 0), EINVAL);
	other = fork();
	if (other == 0) {	/* somebody else's */
		if (ptrace(PT_CONTINUE, pid, (void *)1, 0) != -1 || errno != EBUSY)
			_exit(1);
		if (ptrace(PT_ATTACH, pid, NULL, 0) != -1 || errno != EBUSY)
			_exit(2);
		_exit(0);
	}
	expect_exit(other, 0);
	go_on(pid, 0);
	CHECK_ERRNO(ptrace(PT_CONTINUE, pid, (void *)1, 0), EBUSY);	/* it runs */
	expect_stop(pid, SIGSTOP);
	CHECK_EQ(ptrace(PT_DETACH, pid, (void *)1, 0), 0);
	expect_exit(pid, 5);
}

static void
attach(void)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		for (;;)
			pause();
	CHECK_EQ(ptrace(PT_ATTACH, pid, NULL, 0), 0);
	expect_stop(pid, SIGSTOP);
	go_on(pid, 0);
	CHECK_EQ(waitpid(pid, &status, WNOHANG), 0);
	kill(pid, SIGSTOP);
	expect_stop(pid, SIGSTOP);
	CHECK_EQ(ptrace(PT_DETACH, pid, (void *)1, 0), 0);
	CHECK_EQ(kill(pid, SIGSTOP), 0);	/* a stop as any other */
	CHECK_EQ(waitpid(pid, &status, WUNTRACED), pid);
	CHECK_EQ(status, W_STOPCODE(SIGSTOP));
	CHECK_EQ(ptrace(PT_ATTACH, pid, NULL, 0), 0);	/* to a stopped one */
	expect_stop(pid, SIGSTOP);
	CHECK_EQ(ptrace(PT_KILL, pid, NULL, 0), 0);
	expect_killed(pid, SIGKILL);
}

/* Who was locked into a directory does not look out of it. */
static void
locked_in(void)
{
	pid_t outside = fork(), tracer, inside;
	int status, word;

	if (outside == 0)
		for (;;)
			pause();
	CHECK_EQ(mkdir("/tmp/jail", 0755), 0);
	tracer = fork();
	if (tracer == 0) {
		CHECK_EQ(chroot("/tmp/jail"), 0);
		CHECK_ERRNO(ptrace(PT_ATTACH, outside, NULL, 0), EPERM);
		CHECK_ERRNO(ptrace(PT_READ_D, outside, &word, 0), EPERM);
		inside = fork();
		if (inside == 0)
			for (;;)
				pause();
		CHECK_EQ(ptrace(PT_ATTACH, inside, NULL, 0), 0);
		expect_stop(inside, SIGSTOP);
		CHECK_EQ(ptrace(PT_GETREGS, inside, &(struct reg){ { 0 } }, 0), 0);
		CHECK_EQ(ptrace(PT_KILL, inside, NULL, 0), 0);
		expect_killed(inside, SIGKILL);
		_exit(0);
	}
	expect_exit(tracer, 0);
	CHECK_EQ(kill(outside, SIGKILL), 0);
	CHECK_EQ(waitpid(outside, &status, 0), outside);
}

static int words[3];

/* A restartable sequence cannot be written into; its ends can. */
static void
sequence(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		CHECK_EQ(rasctl(words, sizeof words, RAS_INSTALL), 0);
		trace_me();
		_exit(words[0] + words[1]);
	}
	expect_stop(pid, SIGSTOP);
	CHECK_ERRNO(ptrace(PT_WRITE_D, pid, &words[1], 1), EACCES);
	CHECK_ERRNO(ptrace(PT_WRITE_I, pid, &words[2], 1), EACCES);
	CHECK_EQ(ptrace(PT_WRITE_D, pid, &words[0], 7), 0);
	CHECK_EQ(ptrace(PT_READ_D, pid, &words[1], 0), 0);
	go_on(pid, 0);
	expect_exit(pid, 7);
}

/* A set of signals that pass the tracer by is inherited, even by a child that nobody traces yet (spec C.7). */
static void
passed(void)
{
	const ptrace_event_t events = { PTRACE_FORK };
	sigset_t pass, got;
	pid_t pid, child;
	int status;

	pid = fork();
	if (pid == 0) {
		trace_me();
		child = fork();
		if (child == 0) {
			raise(SIGWINCH);	/* ignored, and not seen */
			raise(SIGUSR2);
			_exit(6);
		}
		waitpid(child, &status, 0);
		_exit(WEXITSTATUS(status));
	}
	expect_stop(pid, SIGSTOP);
	sigemptyset(&pass);
	sigaddset(&pass, SIGWINCH);
	sigaddset(&pass, SIGCHLD);
	CHECK_EQ(ptrace(PT_SET_SIGPASS, pid, &pass, sizeof pass), 0);
	CHECK_EQ(ptrace(PT_SET_EVENT_MASK, pid, (void *)&events, sizeof events), 0);
	go_on(pid, 0);
	expect_stop(pid, SIGTRAP);
	struct ptrace_state state;
	CHECK_EQ(ptrace(PT_GET_PROCESS_STATE, pid, &state, sizeof state), 0);
	child = state.pe_other_pid;
	expect_stop(child, SIGTRAP);
	CHECK_EQ(ptrace(PT_GET_SIGPASS, child, &got, sizeof got), 0);
	CHECK(sigismember(&got, SIGWINCH) && sigismember(&got, SIGCHLD) && !sigismember(&got, SIGUSR2));
	go_on(child, 0);
	go_on(pid, 0);
	expect_stop(child, SIGUSR2);
	go_on(child, 0);
	expect_exit(child, 6);
	expect_exit(pid, 6);
}

/* A vfork child cannot trace its parent, which sleeps until it is gone. */
static void
vfork_parent(void)
{
	pid_t parent = getpid(), pid = vfork();

	if (pid == 0)
		_exit(ptrace(PT_ATTACH, parent, NULL, 0) == -1 && errno == EPERM ? 0 : 1);
	expect_exit(pid, 0);
}

int
main(void)
{
	without_a_tracee();
	with_a_tracee();
	attach();
	vfork_parent();
	locked_in();
	sequence();
	passed();
	return 0;
}
