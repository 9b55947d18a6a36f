/* A tracer reads and writes its tracee's memory and registers, breakpoints in shared text among it. */
#include <sys/mman.h>

#include "tracing.h"

static volatile int variable = 0x1234;
static const volatile int constant[4] = { 1, 2, 3, 4 };

__attribute__((noinline)) static int
function(int x)
{
	__asm volatile("" ::: "memory");
	return x + 41;
}

static long
io(pid_t pid, int op, const volatile void *there, void *here, size_t length)
{
	struct ptrace_io_desc desc = { op, (void *)(uintptr_t)there, here, length };

	return ptrace(PT_IO, pid, &desc, 0) == 0 ? (long)desc.piod_len : -1;
}

static void
memory(void)
{
	const uint8_t *at = (const uint8_t *)(uintptr_t)function;
	uint8_t old[2], trap[2] = { 0x02, 0x90 };
	char *shared = mmap(NULL, 4096, PROT_READ, MAP_ANON | MAP_SHARED, -1, 0);
	uint64_t auxv[28];
	struct reg regs;
	pid_t pid;

	CHECK_EQ(function(1), 42);
	pid = fork();
	if (pid == 0) {
		if (function(1) != 42)
			_exit(98);
		trace_me();
		if (constant[1] != 77)
			_exit(97);
		_exit(function(variable) - 41);
	}
	expect_stop(pid, SIGSTOP);
	CHECK_EQ(ptrace(PT_READ_D, pid, (void *)(uintptr_t)&variable, 0), 0x1234);
	CHECK_EQ(ptrace(PT_WRITE_D, pid, (void *)(uintptr_t)&variable, 7), 0);
	CHECK_EQ(ptrace(PT_READ_I, pid, (void *)(uintptr_t)&variable, 0), 7);
	CHECK_EQ(variable, 0x1234);
	CHECK_EQ(io(pid, PIOD_READ_I, at, old, 2), 2);
	CHECK_EQ(memcmp(old, at, 2), 0);
	CHECK_EQ(io(pid, PIOD_WRITE_I, at, trap, 2), 2);
	CHECK_EQ(memcmp(old, at, 2), 0);	/* its own text, not the parent's */
	CHECK_EQ(function(1), 42);
	CHECK_EQ(ptrace(PT_WRITE_D, pid, (void *)(uintptr_t)&constant[1], 77), 0);
	CHECK_EQ(constant[1], 2);
	CHECK_EQ(io(pid, PIOD_WRITE_D, shared, trap, 2), -1);	/* would be everybody's */
	CHECK_EQ(io(pid, PIOD_READ_AUXV, 0, auxv, sizeof auxv), (long)sizeof auxv);
	CHECK_EQ(auxv[0], 3);	/* AT_PHDR */
	CHECK_EQ(io(pid, 99, at, old, 2), -1);
	CHECK_EQ(errno, EINVAL);

	go_on(pid, 0);
	expect_stop(pid, SIGTRAP);
	CHECK_EQ(stop_info(pid).psi_siginfo.si_code, TRAP_BRKPT);
	CHECK_EQ(ptrace(PT_GETREGS, pid, &regs, 0), 0);
	CHECK_EQ(regs.r_pc, (uintptr_t)at);
	CHECK_EQ(regs.r_reg[9], 7);	/* a0 */
	regs.r_reg[9] = 11;
	CHECK_EQ(ptrace(PT_SETREGS, pid, &regs, 0), 0);
	CHECK_EQ(io(pid, PIOD_WRITE_I, at, old, 2), 2);
	go_on(pid, 0);
	expect_exit(pid, 11);
	munmap(shared, 4096);
}

static void
floating_point(void)
{
	struct fpreg regs;
	double value;
	pid_t pid = fork();

	if (pid == 0) {
		double x = 1.5;

		if (ptrace(PT_TRACE_ME, 0, NULL, 0) != 0)
			_exit(99);
		__asm volatile("fmv.d fs3, %1\n\tc.ebreak\n\tfmv.d %0, fs3" : "=f"(x) : "f"(x) : "fs3");
		_exit(x == 2.5 ? 0 : 1);
	}
	expect_stop(pid, SIGTRAP);
	CHECK_EQ(ptrace(PT_GETFPREGS, pid, &regs, 0), 0);
	memcpy(&value, &regs.r_fpreg[19], sizeof value);
	CHECK(value == 1.5);
	value = 2.5;
	memcpy(&regs.r_fpreg[19], &value, sizeof value);
	CHECK_EQ(ptrace(PT_SETFPREGS, pid, &regs, 0), 0);
	{
		struct reg r;

		CHECK_EQ(ptrace(PT_GETREGS, pid, &r, 0), 0);
		CHECK_EQ(ptrace(PT_CONTINUE, pid, (void *)(r.r_pc + 2), 0), 0);
	}
	expect_exit(pid, 0);
}

int
main(void)
{
	memory();
	floating_point();
	return 0;
}
