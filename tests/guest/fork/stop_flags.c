/*
 * proc.<pid>.stopexec and stopexit: a process stops when it has a new program, or before it ends; nobody is told,
 * but who asks finds out (spec C.19, C.28, C.33, C.34; quirks Q3, Q5).
 */
#include <sys/filio.h>
#include <sys/ioctl.h>
#include <sys/lwp.h>
#include <sys/param.h>
#include <sys/ptrace.h>
#include <sys/sysctl.h>
#include <signal.h>
#include <spawn.h>

#include "baton.h"
#include "proc2.h"

static volatile int chld;

static void on_chld(int signo) { chld++; }

static void
set_stop(pid_t pid, int which, int on)
{
	int mib[] = { CTL_PROC, pid, which }, old = 5;
	size_t size = sizeof(old);

	CHECK_EQ(sysctl(mib, 3, NULL, NULL, &on, sizeof(on)), 0);
	CHECK_EQ(sysctl(mib, 3, &old, &size, NULL, 0), 0);
	CHECK_EQ(old, 0);	/* quirk Q3 */
}

/* It has stopped without a signal, and its parent had none either. */
static void
expect_quiet_stop(pid_t pid)
{
	int status;

	UNTIL(process(pid).p_realstat == 4);	/* SSTOP */
	CHECK_EQ(process(pid).p_stat, LSSTOP);
	CHECK_EQ(chld, 0);
	CHECK_EQ(waitpid(pid, &status, WNOHANG), 0);
	CHECK_EQ(waitpid(pid, &status, WUNTRACED), pid);
	CHECK_EQ(status, 0x7f);
	CHECK_EQ(waitpid(pid, &status, WUNTRACED | WNOHANG), 0);
}

static void
resume(pid_t pid)
{
	CHECK_EQ(kill(pid, SIGCONT), 0);
}

/* A child inherits stopexec, not stopexit; what it is asked for itself, it does. */
static pid_t
child(int which, int (*body)(struct baton), struct baton b)
{
	struct baton ready = new_baton(), go = new_baton();
	pid_t pid = fork();

	chld = 0;
	if (pid == 0) {
		pass(ready);
		await(go);
		_exit(body(b));
	}
	await(ready);
	set_stop(pid, which, 1);
	pass(go);
	return pid;
}

static int
runs(struct baton b)
{
	char out[8];

	snprintf(out, sizeof(out), "%d", b.out);
	execl("/bin/stop_flags", "stop_flags", out, NULL);
	return 1;
}

/* No child has written anything yet. */
static void
expect_nothing(struct baton b)
{
	int n = -1;

	CHECK_EQ(ioctl(b.in, FIONREAD, &n), 0);
	CHECK_EQ(n, 0);
}

static void
test_exec(void)
{
	struct baton b = new_baton();
	int status;
	pid_t pid = child(PROC_PID_STOPEXEC, runs, b);

	expect_quiet_stop(pid);
	expect_nothing(b);
	/* The new program is there, with nothing done yet. */
	struct kinfo_proc2 k = process(pid);
	CHECK_STR(k.p_comm, "stop_flags");
	CHECK(k.p_flag & 0x1000000);	/* STOPEXEC, STOPEXIT below */
	CHECK(k.p_flag & P_EXEC);
	resume(pid);
	await(b);
	CHECK(chld >= 1);	/* being continued is no secret */
	expect_exit(pid, 4);

	/* SIGCONT that came before the stop is forgotten; any other signal waits for it to be over. */
	pid = child(PROC_PID_STOPEXEC, runs, b);
	expect_quiet_stop(pid);
	CHECK_EQ(kill(pid, SIGTERM), 0);
	for (int i = 0; i < 5; i++)
		sched_yield();
	CHECK_EQ(process(pid).p_realstat, 4);
	resume(pid);
	expect_signal(pid, SIGTERM);

	pid = child(PROC_PID_STOPEXEC, runs, b);
	expect_quiet_stop(pid);
	CHECK_EQ(kill(pid, SIGKILL), 0);
	expect_signal(pid, SIGKILL);
	expect_nothing(b);
	CHECK_EQ(waitpid(-1, &status, WNOHANG), -1);
}

/* exec lets a vfork parent go before it stops. */
static void
test_vfork_exec(void)
{
	char out[8];
	struct baton b = new_baton();
	pid_t pid;

	snprintf(out, sizeof(out), "%d", b.out);
	set_stop(getpid(), PROC_PID_STOPEXEC, 1);
	chld = 0;
	pid = vfork();
	if (pid == 0) {
		execl("/bin/stop_flags", "stop_flags", out, NULL);
		_exit(1);
	}
	expect_quiet_stop(pid);
	expect_nothing(b);
	resume(pid);
	expect_exit(pid, 4);
	await(b);
	set_stop(getpid(), PROC_PID_STOPEXEC, 0);
}

/* posix_spawn's child has the flag, too. It starts at once all the same: there is no stop at its fork. */
static void
test_spawn(void)
{
	char out[8], *argv[] = { "stop_flags", out, NULL };
	struct baton b = new_baton();
	pid_t pid = -1;

	snprintf(out, sizeof(out), "%d", b.out);
	set_stop(getpid(), PROC_PID_STOPFORK, 1);
	CHECK_EQ(posix_spawn(&pid, "/bin/stop_flags", NULL, NULL, argv, NULL), 0);
	expect_exit(pid, 4);
	await(b);
	set_stop(getpid(), PROC_PID_STOPFORK, 0);

	set_stop(getpid(), PROC_PID_STOPEXEC, 1);
	chld = 0;
	CHECK_EQ(posix_spawn(&pid, "/bin/stop_flags", NULL, NULL, argv, NULL), 0);
	expect_quiet_stop(pid);
	expect_nothing(b);
	resume(pid);
	expect_exit(pid, 4);
	await(b);
	set_stop(getpid(), PROC_PID_STOPEXEC, 0);
}

static int
ends(struct baton b)
{
	/* Its own children do not stop when they end. */
	pid_t pid = fork();

	if (pid == 0)
		_exit(2);
	expect_exit(pid, 2);
	return 6;
}

static int
dies(struct baton b)
{
	raise(SIGTERM);
	return 1;
}

static void
test_exit(void)
{
	struct baton b = new_baton();
	pid_t pid = child(PROC_PID_STOPEXIT, ends, b);

	UNTIL(process(pid).p_realstat == 4);
	/* It has all that it had: nothing is given back until it goes on. */
	CHECK(process(pid).p_vm_rssize > 0);
	CHECK(process(pid).p_flag & 0x2000000);
	CHECK_EQ(close(b.out), 0);
	chld = 0;
	expect_quiet_stop(pid);
	resume(pid);
	expect_exit(pid, 6);
	CHECK_EQ(read(b.in, &(char){ 0 }, 1), 0);	/* its end of the pipe was the last */

	/* Death by a signal, too; and nothing changes how it ends, not even SIGKILL. */
	b = new_baton();
	pid = child(PROC_PID_STOPEXIT, dies, b);
	expect_quiet_stop(pid);
	CHECK_EQ(kill(pid, SIGUSR1), 0);
	CHECK_EQ(kill(pid, SIGKILL), 0);
	expect_signal(pid, SIGTERM);

	/* A parent that is gone does not matter: the stopped child is init's then, and can be continued. */
	b = new_baton();
	struct baton pids = new_baton();
	pid_t parent = fork();
	if (parent == 0) {
		pid = child(PROC_PID_STOPEXIT, ends, b);
		expect_quiet_stop(pid);
		CHECK_EQ(write(pids.out, &pid, sizeof(pid)), sizeof(pid));
		_exit(0);
	}
	CHECK_EQ(read(pids.in, &pid, sizeof(pid)), sizeof(pid));
	expect_exit(parent, 0);
	CHECK_EQ(process(pid).p_ppid, 1);
	CHECK_EQ(process(pid).p_realstat, 4);
	resume(pid);
	UNTIL(kill(pid, 0) == -1);
	CHECK_EQ(errno, ESRCH);
}

/* A vfork child that stops before it ends keeps its parent waiting, as one that is stopped in any other way. */
static void
test_vfork_exit(void)
{
	struct baton pids = new_baton();
	pid_t parent = fork(), pid;
	int status;

	chld = 0;
	if (parent == 0) {
		pid = vfork();
		if (pid == 0) {
			pid_t self = getpid();

			set_stop(self, PROC_PID_STOPEXIT, 1);
			_exit(write(pids.out, &self, sizeof(self)) == sizeof(self) ? 0 : 1);
		}
		expect_exit(pid, 0);
		_exit(8);
	}
	CHECK_EQ(read(pids.in, &pid, sizeof(pid)), sizeof(pid));
	UNTIL(process(pid).p_realstat == 4);
	for (int i = 0; i < 10; i++)
		sched_yield();
	CHECK(process(pid).p_flag & P_PPWAIT);
	CHECK_EQ(process(parent).p_stat, LSSLEEP);
	CHECK_EQ(waitpid(parent, &status, WNOHANG), 0);
	resume(pid);
	expect_exit(parent, 8);
}

/* A traced process tells its tracer of exec first, and stops once more when it has been continued. */
static void
test_traced(void)
{
	struct baton b = new_baton();
	char out[8];
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		CHECK_EQ(ptrace(PT_TRACE_ME, 0, NULL, 0), 0);
		set_stop(getpid(), PROC_PID_STOPEXEC, 1);
		snprintf(out, sizeof(out), "%d", b.out);
		execl("/bin/stop_flags", "stop_flags", out, NULL);
		_exit(1);
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, SIGTRAP << 8 | 0x7f);
	CHECK_EQ(ptrace(PT_CONTINUE, pid, (void *)1, 0), 0);
	UNTIL(process(pid).p_realstat == 4);
	CHECK_EQ(waitpid(pid, &status, WUNTRACED), pid);
	CHECK(WIFSTOPPED(status));
	expect_nothing(b);
	CHECK_EQ(ptrace(PT_DETACH, pid, (void *)1, 0), 0);
	expect_exit(pid, 4);
	await(b);
}

int
main(int argc, char **argv)
{
	if (argc == 2) {
		CHECK_EQ(write(atoi(argv[1]), "x", 1), 1);
		return 4;
	}
	signal(SIGCHLD, on_chld);
	test_exec();
	test_vfork_exec();
	test_spawn();
	test_exit();
	test_vfork_exit();
	test_traced();
	return 0;
}
