/*
 * Every flavour of fork, by bare traps: both processes come out at ecall+12 with the right a0 and a1, and with
 * every other register as it was (spec A.1, A.3, C.29, C.32).
 */
#include <sys/syscall.h>
#include <sched.h>
#include <signal.h>

#include "baton.h"
#include "registers.h"

#define A0 10
#define A1 11
#define A2 12
#define T6 31

static struct registers in, out;

static void
fill(uint64_t salt)
{
	for (int i = 1; i < 32; i++)
		in.x[i] = 0x0123456789abcdef * (uint64_t)i ^ salt << 48;
	for (int i = 0; i < 32; i++)
		in.f[i] = 0x7ff0dead00000000 + (salt << 32) + (uint64_t)i * 0x01010101;
	in.fcsr = 2 << 5 | 0x15;
}

/* Everything but a0 and a1 is what it was before the trap. */
static void
check_kept(const char *who)
{
	CHECK_EQ(out.x[0], 2);
	for (int i = 1; i < 32; i++)
		if (i != A0 && i != A1 && i != 2 && out.x[i] != in.x[i])
			CHECK_FAIL("%s: x%d is %#lx, not %#lx", who, i, out.x[i], in.x[i]);
	CHECK_EQ(out.x[2], (uintptr_t)&out);
	for (int i = 0; i < 32; i++)
		if (out.f[i] != in.f[i])
			CHECK_FAIL("%s: f%d is %#lx, not %#lx", who, i, out.f[i], in.f[i]);
	CHECK_EQ(out.fcsr, in.fcsr);
}

static void
flavour(uint64_t number, uint64_t a0, uint64_t a1, uint64_t salt, int odd)
{
	pid_t self = getpid(), pid;

	fill(salt);
	in.x[T6] = number;
	in.x[A0] = a0;
	in.x[A1] = a1;
	in.x[A2] = 0;		/* the stack, where clone's arguments are moved up by the number */
	if (odd)
		call_with_registers_odd(&in, &out);
	else
		call_with_registers(&in, &out);
	if (getpid() != self) {
		CHECK_EQ(getppid(), self);
		CHECK_EQ(out.x[A0], 0);
		CHECK_EQ(out.x[A1], 1);
		check_kept("child");
		_exit(0);
	}
	pid = (pid_t)out.x[A0];
	CHECK(pid > self);
	CHECK_EQ(out.x[A0], pid);
	CHECK_EQ(out.x[A1], 0);
	check_kept("parent");
	expect_exit(pid, 0);
}

int
main(void)
{
	const uint64_t block = CLONE_VM | CLONE_VFORK | SIGCHLD;

	for (int odd = 0; odd < 2; odd++) {
		flavour(SYS_fork, 77, 88, 1, odd);
		flavour(66, 77, 88, 2, odd);
		flavour(SYS___vfork14, 77, 88, 3, odd);
		flavour(SYS___clone, SIGCHLD, 0, 4, odd);
		flavour(SYS___clone, block, 0, 5, odd);
		flavour(SYS_syscall, SYS_fork, 88, 6, odd);
		flavour(SYS_syscall, 66, 88, 7, odd);
		flavour(SYS___syscall, SYS___vfork14, 88, 8, odd);
		flavour(SYS___syscall, SYS___clone, SIGCHLD, 9, odd);
	}
	return 0;
}
