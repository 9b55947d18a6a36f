/*
 * A fork that fails comes out at ecall+4 with a0 = errno, and no other register changed, a1 included (spec A.1).
 */
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sched.h>
#include <signal.h>

#include "baton.h"
#include "registers.h"

#define A0 10
#define A1 11
#define T6 31

static struct registers in, out;

static void
refused(uint64_t number, uint64_t a0, uint64_t a1, int error)
{
	for (int i = 1; i < 32; i++)
		in.x[i] = 0x1111111111111111 + (uint64_t)i;
	for (int i = 0; i < 32; i++)
		in.f[i] = 0x3ff0000000000000 + (uint64_t)i;
	in.fcsr = 0x61;
	in.x[T6] = number;
	in.x[A0] = a0;
	in.x[A1] = a1;
	call_with_registers(&in, &out);
	CHECK_EQ(out.x[0], 1);
	CHECK_EQ(out.x[A0], error);
	for (int i = 1; i < 32; i++)
		if (i != A0 && i != 2 && out.x[i] != in.x[i])
			CHECK_FAIL("x%d is %#lx, not %#lx", i, out.x[i], in.x[i]);
	CHECK_EQ(out.x[2], (uintptr_t)&out);
	for (int i = 0; i < 32; i++)
		CHECK_EQ(out.f[i], in.f[i]);
	CHECK_EQ(out.fcsr, in.fcsr);
	CHECK_ERRNO(waitpid(-1, NULL, WNOHANG), ECHILD);
}

int
main(void)
{
	const uint64_t mark = 0xfeedfacecafef00d;
	struct rlimit none = { 0, 0 };

	refused(SYS___clone, CLONE_PTRACE | SIGCHLD, mark, EINVAL);
	refused(SYS_syscall, SYS___clone, CLONE_SIGHAND | SIGCHLD, EINVAL);
	CHECK_EQ(setrlimit(RLIMIT_NPROC, &none), 0);
	CHECK_EQ(setuid(1000), 0);
	refused(SYS_fork, mark, mark, EAGAIN);
	refused(66, mark, mark, EAGAIN);
	refused(SYS___vfork14, mark, mark, EAGAIN);
	refused(SYS___clone, SIGCHLD, mark, EAGAIN);
	refused(SYS_syscall, SYS_fork, mark, EAGAIN);
	return 0;
}
