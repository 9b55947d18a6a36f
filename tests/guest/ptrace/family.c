/*
 * A traced process keeps its real parent: what that sees, and what becomes of everybody when one of the three ends
 * (spec C.24, C.34, D.2).
 */
#include <sys/syscall.h>
#include <sys/sysctl.h>

#include "tracing.h"

#define P_TRACED	0x800
#define P_CHTRACED	0x400000

static struct kinfo_proc2
kinfo(pid_t pid)
{
	struct kinfo_proc2 ki;
	size_t length = sizeof ki;
	int mib[] = { CTL_KERN, KERN_PROC2, KERN_PROC_PID, pid, sizeof ki, 1 };

	CHECK_EQ(sysctl(mib, 6, &ki, &length, NULL, 0), 0);
	CHECK_EQ(length, sizeof ki);
	return ki;
}

static void
token(int fd)
{
	char c;

	CHECK_EQ(read(fd, &c, 1), 1);
}

static volatile pid_t sender;

static void
on_child(int signo, siginfo_t *info, void *context)
{
	(void)signo, (void)context;
	sender = info->si_pid;
}

/* The tracer is a child of the tracee's parent. It returns when told to by "leave". */
static pid_t
start_tracer(pid_t pid, int ready, int leave, int reap)
{
	pid_t tracer = fork();

	if (tracer != 0)
		return tracer;
	CHECK_EQ(ptrace(PT_ATTACH, pid, NULL, 0), 0);
	expect_stop(pid, SIGSTOP);
	CHECK_EQ(write(ready, "r", 1), 1);
	token(leave);
	if (reap) {
		go_on(pid, 0);
		expect_exit(pid, 6);
		CHECK_ERRNO(waitpid(pid, NULL, 0), ECHILD);
	}
	_exit(0);
}

static void
parents_view(void)
{
	struct sigaction action = { .sa_sigaction = on_child, .sa_flags = SA_SIGINFO };
	int ready[2], leave[2], work[2], status;
	pid_t me = getpid(), pid, tracer;

	CHECK_EQ(pipe(ready), 0);
	CHECK_EQ(pipe(leave), 0);
	CHECK_EQ(pipe(work), 0);
	pid = fork();
	if (pid == 0) {
		token(work[0]);
		_exit(getppid() == me ? 6 : 7);
	}
	tracer = start_tracer(pid, ready[1], leave[0], 1);
	token(ready[0]);
	CHECK_EQ(waitpid(pid, &status, WNOHANG), 0);	/* not ECHILD: it is only lent */
	CHECK_EQ(waitpid(pid, &status, WNOHANG | WUNTRACED), 0);
	CHECK_EQ(kinfo(pid).p_ppid, me);
	CHECK(kinfo(pid).p_flag & P_TRACED);
	CHECK(!(kinfo(pid).p_flag & P_CHTRACED));
	CHECK(kinfo(me).p_flag & P_CHTRACED);
	CHECK_EQ(write(work[1], "w", 1), 1);
	CHECK_EQ(sigaction(SIGCHLD, &action, NULL), 0);
	CHECK_EQ(write(leave[1], "l", 1), 1);
	sender = 0;
	while (waitpid(pid, &status, 0) != pid)		/* the tracer had it first */
		CHECK_EQ(errno, EINTR);
	CHECK_EQ(status, W_EXITCODE(6, 0));
	CHECK_EQ(sender, pid);
	signal(SIGCHLD, SIG_DFL);
	expect_exit(tracer, 0);
	CHECK_ERRNO(waitpid(pid, &status, WNOHANG), ECHILD);
}

/* The tracer ends: its tracee dies, and the parent hears of that. */
static void
tracer_ends(int zombie)
{
	int ready[2], leave[2], status;
	pid_t pid, tracer;

	CHECK_EQ(pipe(ready), 0);
	CHECK_EQ(pipe(leave), 0);
	pid = fork();
	if (pid == 0)
		for (;;)
			pause();
	tracer = start_tracer(pid, ready[1], leave[0], 0);
	token(ready[0]);
	if (zombie)
		CHECK_EQ(kill(pid, SIGKILL), 0);
	CHECK_EQ(write(leave[1], "l", 1), 1);
	expect_exit(tracer, 0);
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	CHECK_ERRNO(waitpid(-1, &status, WNOHANG), ECHILD);
}

/* The parent ends: its child is init's, but stays with the tracer as long as that wants it. */
static void
parent_ends(void)
{
	int number[2], go[2];
	pid_t parent, pid;

	CHECK_EQ(pipe(number), 0);
	CHECK_EQ(pipe(go), 0);
	parent = fork();
	if (parent == 0) {
		if ((pid = fork()) == 0) {
			while (getppid() != 1)
				usleep(1000);
			_exit(9);
		}
		CHECK_EQ(write(number[1], &pid, sizeof pid), (long)sizeof pid);
		token(go[0]);
		_exit(0);
	}
	CHECK_EQ(read(number[0], &pid, sizeof pid), (long)sizeof pid);
	CHECK_EQ(ptrace(PT_ATTACH, pid, NULL, 0), 0);
	expect_stop(pid, SIGSTOP);
	CHECK_EQ(kinfo(pid).p_ppid, parent);
	CHECK_EQ(write(go[1], "g", 1), 1);
	expect_exit(parent, 0);
	CHECK_EQ(kinfo(pid).p_ppid, 1);
	go_on(pid, 0);
	expect_exit(pid, 9);
	CHECK_ERRNO(waitpid(pid, NULL, WNOHANG), ECHILD);
}

/* A vfork child that its own sleeping parent traces does not stop for signals, nor for anything else. */
static void
vfork_child(void)
{
	pid_t pid = vfork();

	if (pid == 0) {
		if (ptrace(PT_TRACE_ME, 0, NULL, 0) != 0)
			_exit(99);
		signal(SIGUSR1, SIG_IGN);
		raise(SIGUSR1);
		_exit(4);
	}
	expect_exit(pid, 4);
}

/* An exit signal that is not SIGCHLD does not hide a child from its tracer. */
static void
alternate_signal(void)
{
	int status;
	pid_t pid = syscall(287, SIGUSR1, NULL);	/* __clone without a stack of its own */

	signal(SIGUSR1, SIG_IGN);
	if (pid == 0) {
		for (;;)
			pause();
	}
	CHECK_ERRNO(waitpid(pid, &status, WNOHANG), ECHILD);
	CHECK_EQ(ptrace(PT_ATTACH, pid, NULL, 0), 0);
	expect_stop(pid, SIGSTOP);
	CHECK_EQ(ptrace(PT_KILL, pid, NULL, 0), 0);
	expect_killed(pid, SIGKILL);
	signal(SIGUSR1, SIG_DFL);
}

int
main(void)
{
	parents_view();
	tracer_ends(0);
	tracer_ends(1);
	parent_ends();
	vfork_child();
	alternate_signal();
	return 0;
}
