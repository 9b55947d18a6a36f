/*
 * While it waits in vfork a parent takes no signal, not even SIGKILL; while its parent waits, a child is not
 * stopped from the terminal (spec C.16, C.31).
 */
#include <sys/mman.h>
#include <sys/syscall.h>
#include <signal.h>

#include "baton.h"

static volatile int caught;
static volatile int *shared;

static void
on_signal(int signo)
{
	caught = caught * 100 + signo;
}

static void
dawdle(void)
{
	for (int i = 0; i < 20; i++)
		syscall(SYS_sched_yield);
}

/* A handler runs only when vfork has returned to the parent. */
static void
test_deferred(void)
{
	volatile pid_t self = getpid();
	pid_t pid;

	signal(SIGUSR1, on_signal);
	signal(SIGTERM, on_signal);
	caught = 0;
	pid = vfork();
	if (pid == 0) {
		kill(self, SIGUSR1);
		kill(self, SIGTERM);
		dawdle();
		_exit(caught != 0);
	}
	CHECK(caught == 1530 || caught == 3015);
	expect_exit(pid, 0);
}

/* SIGKILL has to wait as well. The child outlives it, and the parent dies once it is let go. */
static void
test_kill(void)
{
	struct baton alive = new_baton();
	pid_t parent = fork();

	if (parent == 0) {
		pid_t self = getpid();

		shared[0] = 0;
		if (syscall(66) == 0) {
			kill(self, SIGKILL);
			dawdle();
			shared[0] = kill(self, 0) == 0 && getppid() == self ? 1 : 2;
			pass(alive);
			_exit(0);
		}
		shared[0] = 3;	/* it must not come to this */
		_exit(0);
	}
	await(alive);
	expect_signal(parent, SIGKILL);
	CHECK_EQ(shared[0], 1);
}

/* A stop of the parent is put off too. */
static void
test_stop_parent(void)
{
	pid_t parent = fork();
	int status;

	if (parent == 0) {
		pid_t self = getpid();
		pid_t pid = syscall(66);

		if (pid == 0) {
			kill(self, SIGSTOP);
			dawdle();
			_exit(0);
		}
		expect_exit(pid, 0);
		_exit(0);
	}
	CHECK_EQ(waitpid(parent, &status, WUNTRACED), parent);
	CHECK_EQ(status, SIGSTOP << 8 | 0x7f);
	CHECK_EQ(kill(parent, SIGCONT), 0);
	expect_exit(parent, 0);
}

/* A child that is stopped keeps its parent waiting. SIGSTOP does stop it, asleep or not. */
static void
test_stop_child(int asleep)
{
	struct baton ready = new_baton(), go = new_baton();
	pid_t parent = fork();
	int child, i;

	shared[0] = shared[1] = 0;
	if (parent == 0) {
		pid_t pid = syscall(66);

		if (pid == 0) {
			shared[1] = getpid();
			pass(ready);
			if (asleep)
				await(go);
			else
				UNTIL(shared[0] != 0);
			_exit(0);
		}
		shared[0] = 2;
		expect_exit(pid, 0);
		_exit(0);
	}
	await(ready);
	dawdle();
	child = shared[1];
	CHECK_EQ(kill(child, SIGSTOP), 0);
	dawdle();
	if (asleep)
		pass(go);
	else
		shared[0] = 1;
	for (i = 0; i < 30; i++)
		syscall(SYS_sched_yield);
	CHECK_EQ(shared[0], !asleep);
	CHECK_EQ(kill(child, SIGCONT), 0);
	expect_exit(parent, 0);
	CHECK_EQ(shared[0], 2);
}

/* ^Z and its kin stay pending in the child, with a handler and without, until its parent is let go. */
static void
test_terminal_stops(int signo)
{
	sigset_t pending;
	pid_t pid;

	caught = 0;
	signal(signo, on_signal);
	pid = vfork();
	if (pid == 0) {
		raise(signo);
		dawdle();
		sigpending(&pending);
		_exit(caught != 0 || !sigismember(&pending, signo));
	}
	/* It was the child's: nothing of it is left. */
	expect_exit(pid, 0);
	CHECK_EQ(caught, 0);
	signal(signo, SIG_DFL);
	pid = vfork();
	if (pid == 0) {
		raise(signo);
		dawdle();
		_exit(7);
	}
	expect_exit(pid, 7);
}

/* exec lets the parent go, and then the stop that was pending takes effect. */
static void
test_stop_after_exec(void)
{
	pid_t pid = vfork();
	int status;

	if (pid == 0) {
		raise(SIGTSTP);
		execl("/bin/vfork_signals", "vfork_signals", "child", NULL);
		_exit(1);
	}
	CHECK_EQ(waitpid(pid, &status, WUNTRACED), pid);
	CHECK_EQ(status, SIGTSTP << 8 | 0x7f);
	CHECK_EQ(kill(pid, SIGCONT), 0);
	expect_exit(pid, 9);
}

int
main(int argc, char **argv)
{
	pid_t job;

	if (argc == 2)
		return 9;
	shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANON, -1, 0);
	CHECK(shared != MAP_FAILED);
	test_deferred();
	test_kill();
	test_stop_parent();
	test_stop_child(0);
	test_stop_child(1);
	/* Stops from the terminal are for process groups that somebody could continue. */
	job = fork();
	if (job == 0) {
		CHECK_EQ(setpgid(0, 0), 0);
		test_terminal_stops(SIGTSTP);
		test_terminal_stops(SIGTTIN);
		test_terminal_stops(SIGTTOU);
		test_stop_after_exec();
		_exit(0);
	}
	expect_exit(job, 0);
	return 0;
}
