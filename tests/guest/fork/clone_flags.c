/*
 * clone's flags one by one and together: what each shares, and that it shares nothing else (spec C.1, C.2, C.12,
 * C.14, C.19, C.21).
 */
#define _GNU_SOURCE
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <fcntl.h>
#include <lwp.h>
#include <sched.h>
#include <signal.h>

#include "baton.h"

#define STACK 32768

static char stack[STACK] __attribute__((aligned(16)));
static volatile int memory;
static int unused_fd, open_fd;
static struct baton ready, done;

static void handler(int signo) { (void)signo; }

/* The child changes everything there is to change. */
static int
change_everything(void *argument)
{
	struct sigaction action = { .sa_handler = handler };
	sigset_t mask;

	if (getpid() == *(pid_t *)argument || getppid() != *(pid_t *)argument || _lwp_self() != getpid())
		return 1;
	memory = 2;
	if (chdir("/tmp") == -1 || umask(077) != 022)
		return 2;
	if (close(open_fd) == -1 || open("/dev/null", O_RDONLY) != open_fd || dup2(open_fd, unused_fd) != unused_fd)
		return 3;
	if (fcntl(unused_fd, F_SETFD, FD_CLOEXEC) == -1)
		return 4;
	if (sigaction(SIGUSR2, &action, NULL) == -1)
		return 5;
	sigemptyset(&mask);
	sigaddset(&mask, SIGHUP);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	for (int i = 0; i < 10; i++)
		syscall(SYS_sched_yield);
	memory = memory == 2 ? 3 : 4;
	return 77;
}

/* What the parent then sees of it: bits as the flags that should have shared them. */
static int
visible(void)
{
	struct sigaction action;
	char cwd[64];
	sigset_t mask;
	mode_t old;
	int seen = 0;

	CHECK(memory == 1 || memory == 3);
	if (memory == 3)
		seen |= CLONE_VM;
	CHECK(getcwd(cwd, sizeof(cwd)) != NULL);
	old = umask(022);
	CHECK_EQ(strcmp(cwd, "/tmp") == 0, old == 077);
	if (old == 077)
		seen |= CLONE_FS;
	if (fcntl(unused_fd, F_GETFD) == FD_CLOEXEC)
		seen |= CLONE_FILES;
	CHECK_EQ(sigaction(SIGUSR2, NULL, &action), 0);
	if (action.sa_handler == handler)
		seen |= CLONE_SIGHAND;
	/* Never shared. */
	CHECK_EQ(sigprocmask(SIG_SETMASK, NULL, &mask), 0);
	CHECK(!sigismember(&mask, SIGHUP));
	return seen;
}

static void
test_flags(int flags, int expected)
{
	pid_t self = getpid(), pid;

	memory = 1;
	CHECK_EQ(chdir("/root"), 0);
	umask(022);
	unused_fd = 17;
	close(unused_fd);
	open_fd = open("/dev/zero", O_RDWR);
	CHECK(open_fd >= 0);
	signal(SIGUSR2, SIG_DFL);
	pid = clone(change_everything, stack + STACK, flags | SIGCHLD, &self);
	if (flags & CLONE_VFORK)
		CHECK_EQ(waitpid(pid, NULL, WNOHANG | WNOWAIT), pid);	/* it has ended */
	expect_exit(pid, 77);
	if (visible() != expected)
		CHECK_FAIL("flags %#x: visible %#x, not %#x", flags, visible(), expected);
	close(open_fd);
}

/* The break belongs to the memory: one moves it, the other finds it moved. */
static int
move_break(void *argument)
{
	*(void **)argument = sbrk(4096);
	*(char *)*(void **)argument = 5;
	return 0;
}

static void
test_break(void)
{
	void *old = sbrk(0), *volatile block = NULL;
	pid_t pid = clone(move_break, stack + STACK, CLONE_VM | CLONE_VFORK | SIGCHLD, (void *)&block);

	expect_exit(pid, 0);
	CHECK(block == old);
	CHECK_EQ(*(char *)block, 5);
}

/* exec unshares: what the new program changes is its own. What changed before is seen. */
static int
change_and_exec(void *argument)
{
	dup2(open_fd, 18);
	fcntl(18, F_SETFD, FD_CLOEXEC);
	execl("/bin/clone_flags", "clone_flags", "child", (char *)NULL);
	return 1;
}

static void
test_exec(void)
{
	pid_t pid;
	char cwd[64];

	CHECK_EQ(chdir("/root"), 0);
	open_fd = open("/dev/zero", O_RDWR);
	close(18);
	pid = clone(change_and_exec, stack + STACK, CLONE_FILES | CLONE_FS | SIGCHLD, NULL);
	expect_exit(pid, 9);
	CHECK(getcwd(cwd, sizeof(cwd)) != NULL);
	CHECK_STR(cwd, "/root");
	CHECK_EQ(umask(022), 022);
	CHECK_EQ(fcntl(18, F_GETFD), FD_CLOEXEC);
	CHECK(fcntl(open_fd, F_GETFD) >= 0);
}

static int
in_the_new_program(void)
{
	CHECK_ERRNO(fcntl(18, F_GETFD), EBADF);
	CHECK_EQ(chdir("/tmp"), 0);
	umask(077);
	for (int fd = 3; fd < 10; fd++)
		close(fd);
	return 9;
}

/* A clone in a clone, with each flag. */
static int inner(void *argument) { return *(int *)argument; }

static int
outer(void *argument)
{
	static char second_stack[STACK] __attribute__((aligned(16)));
	int code = 5, status;
	pid_t pid = clone(inner, second_stack + STACK, *(int *)argument, &code);

	if (pid == -1 || waitpid(pid, &status, 0) != pid || status != 5 << 8)
		return 1;
	return 6;
}

static void
test_nested(int flags)
{
	flags |= SIGCHLD;
	expect_exit(clone(outer, stack + STACK, flags, &flags), 6);
}

/* With the signal actions shared, what is ignored or caught is still each process's own (Q2). */
static int
watch_windows(void *argument)
{
	struct sigaction action = { .sa_handler = handler };

	sigaction(SIGWINCH, &action, NULL);
	pass(ready);
	await(done);
	return 0;
}

static void
test_ignored_set_is_private(void)
{
	struct sigaction action;
	sigset_t mask, pending;
	pid_t pid;

	ready = new_baton();
	done = new_baton();
	pid = clone(watch_windows, stack + STACK, CLONE_VM | CLONE_SIGHAND | SIGCHLD, NULL);
	await(ready);
	CHECK_EQ(sigaction(SIGWINCH, NULL, &action), 0);
	CHECK(action.sa_handler == handler);
	sigemptyset(&mask);
	sigaddset(&mask, SIGWINCH);
	sigprocmask(SIG_BLOCK, &mask, NULL);
	kill(getpid(), SIGWINCH);
	sigpending(&pending);
	CHECK(!sigismember(&pending, SIGWINCH));
	pass(done);
	expect_exit(pid, 0);
}

int
main(int argc, char **argv)
{
	const int all = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND;
	static const int nested[] = { 0, CLONE_VM, CLONE_FS, CLONE_FILES, CLONE_VFORK, CLONE_VM | CLONE_VFORK,
	    CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND };

	if (argc == 2)
		return in_the_new_program();
	test_flags(0, 0);
	test_flags(CLONE_VM, CLONE_VM);
	test_flags(CLONE_FS, CLONE_FS);
	test_flags(CLONE_FILES, CLONE_FILES);
	test_flags(CLONE_VM | CLONE_SIGHAND, CLONE_VM | CLONE_SIGHAND);
	test_flags(CLONE_VFORK, 0);
	test_flags(CLONE_VFORK | CLONE_VM, CLONE_VM);
	test_flags(CLONE_FS | CLONE_FILES, CLONE_FS | CLONE_FILES);
	test_flags(all, all);
	test_flags(all | CLONE_VFORK, all);
	/* Bits that mean nothing here. */
	test_flags(0x1000 | 0x8000 | 0x10000 | 0x40000000, 0);
	test_break();
	test_exec();
	for (unsigned i = 0; i < sizeof(nested) / sizeof(nested[0]); i++)
		test_nested(nested[i]);
	test_ignored_set_is_private();
	return 0;
}
