/* Who may trace whom, and which requests are refused with what (spec E ptrace(2)). */
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
	CHECK_ERRNO(ptrace(PT_TRACE_ME, 0, NULL, 0), EPERM);	/* init does not trace */
	kill(pid, SIGKILL);
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_ERRNO(ptrace(PT_ATTACH, pid, NULL, 0), ESRCH);
}

static void
with_a_tracee(void)
{
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
	CHECK_ERRNO(ptrace(PT_GETREGS, pid, NULL, 12345), ESRCH);
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
	return 0;
}
