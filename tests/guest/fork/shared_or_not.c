/*
 * What clone shares and exec separates again, and limits: the root directory (spec C.14), signal actions (C.19), limits
 * before and after the parent has changed them (C.15), robust locks (C.7), and the login name (C.9).
 */
#define _GNU_SOURCE
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>

#include "baton.h"

#define STACK	32768

static char stack[STACK] __attribute__((aligned(16)));

static void handler(int signo) { (void)signo; }
static void other_handler(int signo) { (void)signo; }

static int
lock_in(void *argument)
{
	return chroot("/tmp/inner") == -1;
}

/* The root belongs to what CLONE_FS shares; a child of fork is locked in alone. */
static void
test_root(void)
{
	struct stat st;
	pid_t pid;

	CHECK_EQ(mkdir("/tmp/inner", 0755), 0);
	CHECK_EQ(close(open("/tmp/inner/sign", O_CREAT | O_WRONLY, 0644)), 0);
	pid = fork();
	if (pid == 0) {
		pid = fork();
		if (pid == 0)
			_exit(lock_in(NULL) || stat("/sign", &st) == -1 || stat("/bin", &st) != -1);
		expect_exit(pid, 0);
		CHECK_EQ(stat("/sign", &st), -1);
		expect_exit(clone(lock_in, stack + STACK, SIGCHLD, NULL), 0);
		CHECK_EQ(stat("/sign", &st), -1);
		expect_exit(clone(lock_in, stack + STACK, CLONE_FS | SIGCHLD, NULL), 0);
		CHECK_EQ(stat("/sign", &st), 0);
		CHECK_EQ(stat("/bin", &st), -1);
		_exit(0);
	}
	expect_exit(pid, 0);
}

static int
set_and_exec(void *argument)
{
	signal(SIGUSR1, other_handler);
	signal(SIGUSR2, SIG_IGN);
	execl("/bin/shared_or_not", "shared_or_not", "child", NULL);
	return 1;
}

/* exec gives the child actions of its own: what it had set, the parent keeps; what exec resets, too. */
static void
test_actions(void)
{
	struct sigaction action;

	signal(SIGUSR1, handler);
	expect_exit(clone(set_and_exec, stack + STACK, CLONE_VM | CLONE_SIGHAND | CLONE_VFORK | SIGCHLD, NULL), 9);
	CHECK_EQ(sigaction(SIGUSR1, NULL, &action), 0);
	CHECK(action.sa_handler == other_handler);
	CHECK_EQ(sigaction(SIGUSR2, NULL, &action), 0);
	CHECK(action.sa_handler == SIG_IGN);
	signal(SIGUSR2, SIG_DFL);
}

static rlim_t
soft(void)
{
	struct rlimit rl;

	CHECK_EQ(getrlimit(RLIMIT_NOFILE, &rl), 0);
	return rl.rlim_cur;
}

static void
set(rlim_t value)
{
	struct rlimit rl;

	CHECK_EQ(getrlimit(RLIMIT_NOFILE, &rl), 0);
	rl.rlim_cur = value;
	CHECK_EQ(setrlimit(RLIMIT_NOFILE, &rl), 0);
}

/* Whoever changes limits first, and whether they were ever changed: each process has its own. */
static void
test_limits(int written)
{
	struct baton go = new_baton(), done = new_baton();
	rlim_t at_first;
	pid_t pid, grandchild;

	if (written)
		set(60);
	at_first = soft();
	pid = fork();
	if (pid == 0) {
		grandchild = fork();
		if (grandchild == 0) {
			await(go);
			CHECK_EQ(soft(), at_first);
			set(33);
			pass(done);
			await(go);
			CHECK_EQ(soft(), 33);
			_exit(0);
		}
		await(go);
		CHECK_EQ(soft(), at_first);
		set(44);
		pass(done);
		expect_exit(grandchild, 0);
		CHECK_EQ(soft(), 44);
		_exit(0);
	}
	set(55);	/* the parent first */
	pass(go);
	pass(go);
	await(done);
	await(done);
	CHECK_EQ(soft(), 55);
	pass(go);
	expect_exit(pid, 0);
	CHECK_EQ(soft(), 55);
}

/* A child has nothing to release when it ends but what it said itself. */
static void
test_robust(void)
{
	static unsigned long head[3];	/* struct futex_robust_list_head: list, offset, pending */
	static size_t size;
	void *got = head;
	pid_t pid;

	head[0] = (unsigned long)head;
	CHECK_EQ(syscall(SYS___futex_set_robust_list, head, sizeof(head)), 0);
	CHECK_EQ(syscall(SYS___futex_get_robust_list, 0, &got, &size), 0);
	CHECK(got == head);
	pid = fork();
	if (pid == 0) {
		CHECK_EQ(syscall(SYS___futex_get_robust_list, 0, &got, &size), 0);
		_exit(got != NULL);
	}
	expect_exit(pid, 0);
}

static void
test_login(void)
{
	char name[32];
	pid_t pid;

	pid = fork();
	if (pid == 0) {
		/* It belongs to the session. */
		CHECK_EQ(setsid(), getpid());
		CHECK_EQ(setlogin("someone"), 0);
		pid = fork();
		if (pid == 0) {
			CHECK_EQ(getlogin_r(name, sizeof(name)), 0);
			CHECK_STR(name, "someone");
			CHECK_EQ(setlogin("another"), 0);
			_exit(0);
		}
		expect_exit(pid, 0);
		CHECK_EQ(getlogin_r(name, sizeof(name)), 0);
		CHECK_STR(name, "another");
		_exit(0);
	}
	expect_exit(pid, 0);
	CHECK_EQ(getlogin_r(name, sizeof(name)), 0);
	CHECK_STR(name, "root");
}

int
main(int argc, char **argv)
{
	struct sigaction action;

	if (argc == 2) {
		CHECK_EQ(sigaction(SIGUSR1, NULL, &action), 0);
		CHECK(action.sa_handler == SIG_DFL);	/* caught before */
		CHECK_EQ(sigaction(SIGUSR2, NULL, &action), 0);
		CHECK(action.sa_handler == SIG_IGN);	/* ignored before */
		signal(SIGUSR1, SIG_IGN);
		return 9;
	}
	test_root();
	test_actions();
	test_limits(0);
	test_limits(1);
	test_robust();
	test_login();
	return 0;
}
