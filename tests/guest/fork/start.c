/*
 * How a child starts: counted, in its place in the family and the group, or stopped before its first instruction
 * (spec C.24, C.25, C.28; quirks Q3, Q5).
 */
#include <sys/mman.h>
#include <sys/param.h>
#include <sys/syscall.h>
#include <sys/sysctl.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <uvm/uvm_extern.h>

#include "baton.h"

#define STOPFORK "proc.curproc.stopfork"

static volatile int *shared;
static volatile int chld;

static void on_chld(int signo) { chld++; }

static void
stop_children(int on)
{
	int old = 5;
	size_t size = sizeof(old);

	CHECK_EQ(sysctlbyname(STOPFORK, NULL, NULL, &on, sizeof(on)), 0);
	/* It can be set, but always reads as 0 (quirk Q3). */
	CHECK_EQ(sysctlbyname(STOPFORK, &old, &size, NULL, 0), 0);
	CHECK_EQ(old, 0);
}

/* Stopped before it did anything: no signal number, no SIGCHLD, until SIGCONT. */
static void
test_stopped_at_birth(void)
{
	int status;
	pid_t pid, inner;

	signal(SIGCHLD, on_chld);
	stop_children(1);
	shared[0] = 0;
	pid = fork();
	if (pid == 0) {
		shared[0] = 1;
		/* Its own children start the same way. */
		inner = fork();
		if (inner == 0)
			_exit(4);
		CHECK_EQ(waitpid(inner, &status, WUNTRACED), inner);
		CHECK_EQ(status, 0x7f);
		CHECK_EQ(kill(inner, SIGCONT), 0);
		expect_exit(inner, 4);
		_exit(3);
	}
	for (int i = 0; i < 10; i++)
		sched_yield();
	CHECK_EQ(shared[0], 0);
	CHECK_EQ(chld, 0);
	CHECK_EQ(waitpid(pid, &status, WNOHANG), 0);
	CHECK_EQ(waitpid(pid, &status, WUNTRACED), pid);
	CHECK_EQ(status, 0x7f);
	CHECK(WIFSTOPPED(status) && WSTOPSIG(status) == 0);
	CHECK_EQ(waitpid(pid, &status, WUNTRACED | WNOHANG), 0);
	CHECK_EQ(shared[0], 0);
	CHECK_EQ(kill(pid, SIGCONT), 0);
	UNTIL(waitpid(pid, &status, WNOHANG | WNOWAIT) == pid);
	CHECK_EQ(shared[0], 1);
	expect_exit(pid, 3);

	/* Killed before it lived. */
	shared[0] = 0;
	pid = fork();
	if (pid == 0) {
		shared[0] = 1;
		_exit(0);
	}
	CHECK_EQ(kill(pid, SIGKILL), 0);
	expect_signal(pid, SIGKILL);
	CHECK_EQ(shared[0], 0);
	signal(SIGCHLD, SIG_DFL);
	stop_children(0);
}

/* A vfork child that starts stopped keeps its parent waiting. */
static void
test_stopped_vfork(void)
{
	pid_t parent = fork(), helper;

	if (parent == 0) {
		CHECK_EQ(setpgid(0, 0), 0);
		shared[0] = 0;
		helper = fork();
		if (helper == 0) {
			for (int i = 0; i < 20; i++)
				sched_yield();
			shared[0] = shared[1];
			kill(0, SIGCONT);
			_exit(0);
		}
		shared[1] = 1;
		stop_children(1);
		pid_t pid = syscall(66);
		if (pid == 0)
			_exit(6);
		/* The helper found the parent still waiting. */
		CHECK_EQ(shared[0], 1);
		shared[1] = 2;
		expect_exit(pid, 6);
		expect_exit(helper, 0);
		_exit(0);
	}
	expect_exit(parent, 0);
}

static struct uvmexp_sysctl
counters(void)
{
	struct uvmexp_sysctl u;
	size_t size = sizeof(u);

	CHECK_EQ(sysctlbyname("vm.uvmexp2", &u, &size, NULL, 0), 0);
	return u;
}

static int nothing(void *argument) { return 0; }

/* Every fork counts, and those that block or share do so twice. Failures do not. */
static void
test_counters(void)
{
	static char stack[16384] __attribute__((aligned(16)));
	static const struct { int number, flags, blocks, shares; } kinds[] = {
		{ SYS_fork, 0, 0, 0 },
		{ 66, 0, 1, 0 },
		{ SYS___vfork14, 0, 1, 1 },
		{ SYS___clone, SIGCHLD, 0, 0 },
		{ SYS___clone, CLONE_VM | SIGCHLD, 0, 1 },
		{ SYS___clone, CLONE_VFORK | SIGCHLD, 1, 0 },
		{ SYS___clone, CLONE_VFORK | CLONE_VM | SIGCHLD, 1, 1 },
	};

	for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct uvmexp_sysctl before = counters(), after;
		pid_t pid;

		if (kinds[i].number == SYS___clone)
			pid = __clone(nothing, stack + sizeof(stack), kinds[i].flags, NULL);
		else if (kinds[i].number == SYS___vfork14) {
			pid = vfork();
			if (pid == 0)
				_exit(0);
		} else {
			pid = syscall(kinds[i].number);
			if (pid == 0)
				_exit(0);
		}
		after = counters();
		CHECK_EQ(after.forks - before.forks, 1);
		CHECK_EQ(after.forks_ppwait - before.forks_ppwait, kinds[i].blocks);
		CHECK_EQ(after.forks_sharevm - before.forks_sharevm, kinds[i].shares);
		expect_exit(pid, 0);
	}
	struct uvmexp_sysctl before = counters();
	CHECK_ERRNO(syscall(SYS___clone, CLONE_PTRACE, 0), EINVAL);
	CHECK_EQ(counters().forks, before.forks);
}

static volatile int order;

static void
mark_turn(int signo)
{
	shared[2 + order] = ++shared[1];
	_exit(0);
}

/* A group's members get its signals in the order of the list: a child right behind its parent, newest first. */
static void
test_group_order(void)
{
	struct baton ready = new_baton();
	pid_t leader = fork();

	if (leader == 0) {
		CHECK_EQ(setpgid(0, 0), 0);
		shared[1] = 0;
		for (order = 1; order <= 3; order++) {
			pid_t pid = fork();

			if (pid == 0) {
				signal(SIGUSR1, mark_turn);
				pass(ready);
				for (;;)
					pause();
			}
			await(ready);
		}
		signal(SIGUSR1, SIG_IGN);
		CHECK_EQ(kill(0, SIGUSR1), 0);
		for (int i = 0; i < 3; i++)
			CHECK(wait(NULL) > 0);
		_exit(0);
	}
	expect_exit(leader, 0);
	CHECK_EQ(shared[2 + 3], 1);
	CHECK_EQ(shared[2 + 2], 2);
	CHECK_EQ(shared[2 + 1], 3);
}

int
main(void)
{
	shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANON, -1, 0);
	CHECK(shared != MAP_FAILED);
	test_stopped_at_birth();
	test_stopped_vfork();
	test_counters();
	test_group_order();
	return 0;
}
