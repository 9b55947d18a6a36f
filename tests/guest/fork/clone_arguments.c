/*
 * What clone refuses, what it makes of its stack argument (spec C.2, A.3).
 */
#define _GNU_SOURCE
#include <sys/mman.h>
#include <sys/syscall.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>

#include "baton.h"
#include "registers.h"

#define STACK 32768

static char stack[STACK] __attribute__((aligned(16)));
static struct registers in, out;

static int
nothing(void *argument)
{
	return 0;
}

static int
stack_position(void *argument)
{
	char local;

	*(uintptr_t *)argument = (uintptr_t)&local;
	return ((uintptr_t)__builtin_frame_address(0) & 15) != 0;
}

static void
refused(int flags, int error)
{
	CHECK_ERRNO(syscall(SYS___clone, flags, stack + STACK), error);
	CHECK_ERRNO(clone(nothing, stack + STACK, flags, NULL), error);
	CHECK_ERRNO(waitpid(-1, NULL, WNOHANG | __WALL), ECHILD);
}

static void
test_errors(void)
{
	refused(CLONE_PTRACE | SIGCHLD, EINVAL);
	refused(CLONE_PTRACE | CLONE_VM | CLONE_SIGHAND | SIGCHLD, EINVAL);
	refused(CLONE_SIGHAND | SIGCHLD, EINVAL);
	for (int signo = 64; signo < 256; signo += 37)
		refused(signo, EINVAL);
	refused(CLONE_VM | 255, EINVAL);
	CHECK_ERRNO(clone(NULL, stack + STACK, SIGCHLD, NULL), EINVAL);
	CHECK_ERRNO(clone(nothing, NULL, SIGCHLD, NULL), EINVAL);
	expect_exit(clone(nothing, stack + STACK, SIGCHLD | 0x1000, NULL), 0);
}

/* Shared files and a close-on-fork descriptor exclude each other: even one that was closed long ago. */
static void
test_close_on_fork(void)
{
	int fd = open("/dev/null", O_RDWR), status;
	pid_t pid;

	expect_exit(clone(nothing, stack + STACK, CLONE_FILES | SIGCHLD, NULL), 0);
	pid = fork();
	if (pid == 0) {
		CHECK_EQ(fcntl(fd, F_SETFD, FD_CLOFORK), 0);
		refused(CLONE_FILES | SIGCHLD, EINVAL);
		pid = fork();
		if (pid == 0) {
			CHECK_ERRNO(fcntl(fd, F_GETFD), EBADF);
			/* This table never had one. */
			expect_exit(clone(nothing, stack + STACK, CLONE_FILES | SIGCHLD, NULL), 0);
			_exit(0);
		}
		expect_exit(pid, 0);
		CHECK_EQ(fcntl(fd, F_GETFD), FD_CLOFORK);
		pid = vfork();
		if (pid == 0)
			_exit(fcntl(fd, F_GETFD) != -1 || errno != EBADF);
		expect_exit(pid, 0);
		expect_exit(clone(nothing, stack + STACK, SIGCHLD, NULL), 0);
		CHECK_EQ(close(fd), 0);
		refused(CLONE_FILES | SIGCHLD, EINVAL);
		_exit(0);
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 0);
}

static void
test_stack(void)
{
	uintptr_t *position = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANON, -1, 0);

	for (int offset = 0; offset < 17; offset++) {
		expect_exit(clone(stack_position, stack + STACK - offset, SIGCHLD, position), 0);
		CHECK(*position < (uintptr_t)stack + STACK - (uintptr_t)offset);
		CHECK(*position > (uintptr_t)stack + STACK - 1024);
	}
	CHECK_EQ(munmap(position, 4096), 0);
}

/* Bare: the child's sp is the argument rounded down to 16; 0 keeps the parent's. */
static void
test_bare_stack(uint64_t top, uint64_t expected)
{
	pid_t self = getpid();

	in.x[31] = SYS___clone;
	in.x[10] = CLONE_VM | CLONE_VFORK | SIGCHLD;
	in.x[11] = top;
	call_with_registers(&in, &out);
	if (getpid() != self) {
		/* What was stored through sp lies where the new sp points. */
		uint64_t sp = expected ? ((struct registers *)expected)->x[2] : out.x[2];

		_exit(sp != (expected ? expected : (uintptr_t)&out));
	}
	expect_exit((pid_t)out.x[10], 0);
}

/* Nothing checks that there is memory: the child falls over it, and only the child. */
static void
test_bad_stack(void)
{
	char *hole = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
	pid_t pid;

	CHECK(hole != MAP_FAILED);
	pid = fork();
	if (pid == 0) {
		in.x[31] = SYS___clone;
		in.x[10] = SIGCHLD;
		in.x[11] = (uintptr_t)hole + 4096;
		CHECK_EQ(munmap(hole, 8192), 0);
		call_with_registers(&in, &out);
		if (out.x[10] == 0)
			_exit(1);
		expect_signal((pid_t)out.x[10], SIGSEGV);
		_exit(0);
	}
	expect_exit(pid, 0);
}

int
main(void)
{
	static struct registers elsewhere __attribute__((aligned(16)));

	test_errors();
	test_close_on_fork();
	test_stack();
	test_bare_stack(0, 0);
	for (uint64_t i = 0; i < 16; i += 5)
		test_bare_stack((uintptr_t)&elsewhere + i, (uintptr_t)&elsewhere);
	test_bad_stack();
	return 0;
}
