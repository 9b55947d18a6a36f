/*
 * The two vforks: call 66 copies memory, __vfork14 shares it; both make the parent wait until the child calls
 * exec or exit (spec C.1, C.16, C.31).
 */
#include <sys/syscall.h>

#include "baton.h"

static volatile int global, order;
static int fds[2];

static pid_t
old_vfork(void)
{
	return syscall(66);
}

/* The child's word must come before the parent's, although the child gives up the CPU again and again. */
static void
dawdle_and_write(const char *text)
{
	for (int i = 0; i < 20; i++)
		syscall(SYS_sched_yield);
	write(fds[1], text, 1);
}

static void
test_copied(void)
{
	volatile int local = 1;
	pid_t pid;

	global = 1;
	pid = old_vfork();
	if (pid == 0) {
		global = local = 2;
		dawdle_and_write("C");
		_exit(5);
	}
	write(fds[1], "P", 1);
	CHECK_EQ(global, 1);
	CHECK_EQ(local, 1);
	expect_exit(pid, 5);
}

static void
test_shared(void)
{
	volatile int local = 1;
	pid_t pid;

	global = 1;
	pid = vfork();
	if (pid == 0) {
		global = local = 2;
		dawdle_and_write("C");
		_exit(6);
	}
	write(fds[1], "P", 1);
	CHECK_EQ(global, 2);
	CHECK_EQ(local, 2);
	expect_exit(pid, 6);
}

/* vfork in a vfork child, and in its child: they let go from the innermost outwards. */
static void
test_nested(void)
{
	volatile pid_t inner = 0, innermost = 0;
	pid_t pid;

	order = 0;
	pid = vfork();
	if (pid == 0) {
		inner = vfork();
		if (inner == 0) {
			innermost = vfork();
			if (innermost == 0) {
				order = order * 10 + 1;
				_exit(11);
			}
			order = order * 10 + 2;
			_exit(waitpid(innermost, NULL, 0) == innermost ? 22 : 1);
		}
		order = order * 10 + 3;
		_exit(waitpid(inner, NULL, 0) == inner ? 33 : 1);
	}
	CHECK_EQ(order, 123);
	CHECK(pid != inner && inner != innermost);
	expect_exit(pid, 33);
}

/* A fork inside a vfork child copies what parent and child share; its child keeps nobody waiting. */
static void
test_fork_in_vfork(void)
{
	struct baton go = new_baton(), seen = new_baton();
	pid_t pid;
	int value;

	global = 1;
	pid = vfork();
	if (pid == 0) {
		if (syscall(SYS_fork) == 0) {
			await(go);
			value = global;
			_exit(write(seen.out, &value, sizeof(value)) != sizeof(value));
		}
		global = 2;
		_exit(0);
	}
	CHECK_EQ(global, 2);
	global = 3;
	pass(go);
	CHECK_EQ(read(seen.in, &value, sizeof(value)), sizeof(value));
	CHECK_EQ(value, 1);
	expect_exit(pid, 0);
}

int
main(void)
{
	char text[16];

	CHECK_EQ(pipe(fds), 0);
	test_copied();
	test_shared();
	CHECK_EQ(read(fds[0], text, sizeof(text)), 4);
	CHECK_EQ(memcmp(text, "CPCP", 4), 0);
	test_nested();
	test_fork_in_vfork();
	return 0;
}
