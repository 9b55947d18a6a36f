/*
 * Faults: which signal, si_code, si_addr and pc each kind gives; the handler lets the faulting function return.
 */
#include <sys/mman.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <ucontext.h>

#include "child.h"

typedef void faulting(uintptr_t);

/* Each is one instruction, its argument in a0, and a return. */
#define FAULTING(name, options, text)						\
	faulting name;								\
	__asm__("	.text\n	.balign 4\n" options				\
	    "	.globl	" #name "\n" #name ":\n	" text "\n	ret\n"		\
	    "	.option rvc\n")

FAULTING(load, ".option norvc\n", "ld t0, 0(a0)");
FAULTING(load_byte, ".option norvc\n", "lb t0, 0(a0)");
FAULTING(load_float, ".option norvc\n", "fld ft0, 0(a0)");
FAULTING(store, ".option norvc\n", "sd t0, 0(a0)");
FAULTING(store_byte, ".option norvc\n", "sb t0, 0(a0)");
FAULTING(store_float, ".option norvc\n", "fsd ft0, 0(a0)");
FAULTING(short_load, ".option rvc\n", "c.lw a1, 0(a0)");
FAULTING(short_store, ".option rvc\n", "c.sw a1, 0(a0)");
FAULTING(short_store_float, ".option rvc\n", "c.fsd fa1, 0(a0)");
FAULTING(add_atomically, "", "amoadd.w t0, t0, (a0)");
FAULTING(add_atomically_8, "", "amoadd.d t0, t0, (a0)");
FAULTING(reserve, "", "lr.w t0, (a0)");
FAULTING(jump, ".option norvc\n", "mv t0, ra\n	jr a0");
FAULTING(breakpoint, ".option norvc\n", "ebreak");
FAULTING(short_breakpoint, ".option rvc\n", "c.ebreak");
FAULTING(zero, "", ".half 0");
FAULTING(ones, "", ".word 0xffffffff");
FAULTING(privileged_csr, "", "csrr t0, sstatus");
FAULTING(privileged_csr_write, "", "csrw satp, t0");
FAULTING(privileged_return, "", "sret");
FAULTING(privileged_fence, "", "sfence.vma");
FAULTING(no_such_csr, "", "csrr t0, 0x7ff");
FAULTING(write_counter, "", "csrw 0xc00, t0");
FAULTING(no_such_float, "", ".word 0xf0000053 | 7 << 12");
FAULTING(vector, "", ".word 0x0d0572d7");

static volatile int signo_seen, code_seen, count;
static volatile uintptr_t addr_seen, pc_seen;

static void
handler(int signo, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;

	count++;
	signo_seen = signo;
	code_seen = info->si_code;
	addr_seen = (uintptr_t)info->si_addr;
	pc_seen = uc->uc_mcontext.__gregs[_REG_PC];
	uc->uc_mcontext.__gregs[_REG_PC] = uc->uc_mcontext.__gregs[_REG_RA];
}

static void
expect(const char *what, faulting *f, uintptr_t arg, int signo, int code, uintptr_t addr, uintptr_t pc)
{
	count = signo_seen = 0;
	f(arg);
	if (count != 1 || signo_seen != signo)
		CHECK_FAIL("%s(%#lx): %d signals, the last is %d, not %d", what, arg, count, signo_seen, signo);
	if (code != 0 && code_seen != code)
		CHECK_FAIL("%s(%#lx): si_code is %d, not %d", what, arg, code_seen, code);
	if (addr_seen != addr)
		CHECK_FAIL("%s(%#lx): si_addr is %#lx, not %#lx", what, arg, addr_seen, addr);
	if (pc_seen != pc)
		CHECK_FAIL("%s(%#lx): pc is %#lx, not %#lx", what, arg, pc_seen, pc);
}

#define MEMORY(f, arg, signo, code) expect(#f, f, (uintptr_t)(arg), signo, code, (uintptr_t)(arg), (uintptr_t)(f))
#define CODE(f, signo, code) expect(#f, f, 0, signo, code, (uintptr_t)(f), (uintptr_t)(f))

/* A jump faults where it goes; the handler returns by way of ra. */
static void
jump_to(uintptr_t where, int signo, int code)
{
	expect("jump", jump, where, signo, code, where & ~1ul, where & ~1ul);
}

int
main(void)
{
	struct sigaction sa = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO };
	static const int signals[] = { SIGSEGV, SIGBUS, SIGILL, SIGTRAP };
	static const uintptr_t unmapped[] = {
		0, 8, 0xff8, 0x800, 0xffffffc000000000, 0xffffffe000000000, 0xfffffffffffffff8, 0x0000800000000000,
		0x7ffffffffffffff8, 0x0000004000000000, 0x0000007ffffff000, 0x3fffff0000, 0x3ffffefff0 + 16,
		0x8000000000000000, 0x0100000000000000, 0x3000000000,
	};
	char *page = mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE, MAP_ANON | MAP_PRIVATE, -1, 0);

	CHECK(page != MAP_FAILED);
	for (int i = 0; i < 4; i++)
		CHECK_EQ(sigaction(signals[i], &sa, NULL), 0);

	for (unsigned i = 0; i < sizeof(unmapped) / sizeof(unmapped[0]); i++) {
		MEMORY(load, unmapped[i], SIGSEGV, SEGV_MAPERR);
		MEMORY(load_byte, unmapped[i] + 3, SIGSEGV, SEGV_MAPERR);
		MEMORY(store, unmapped[i], SIGSEGV, SEGV_MAPERR);
		MEMORY(store_byte, unmapped[i] + 7, SIGSEGV, SEGV_MAPERR);
		MEMORY(load_float, unmapped[i], SIGSEGV, SEGV_MAPERR);
		MEMORY(store_float, unmapped[i], SIGSEGV, SEGV_MAPERR);
		MEMORY(short_load, unmapped[i], SIGSEGV, SEGV_MAPERR);
		MEMORY(short_store, unmapped[i], SIGSEGV, SEGV_MAPERR);
		MEMORY(short_store_float, unmapped[i], SIGSEGV, SEGV_MAPERR);
		MEMORY(add_atomically, unmapped[i], SIGSEGV, SEGV_MAPERR);
		MEMORY(reserve, unmapped[i], SIGSEGV, SEGV_MAPERR);
		jump_to(unmapped[i], SIGSEGV, SEGV_MAPERR);
		jump_to(unmapped[i] + 2, SIGSEGV, SEGV_MAPERR);
	}
	jump_to(0xfffffffffffffffe, SIGSEGV, SEGV_MAPERR);
	jump_to(0xffffffffffffffff, SIGSEGV, SEGV_MAPERR);
	jump_to(0xfffffffffffffffc, SIGSEGV, SEGV_MAPERR);

	/* What is there but not allowed. */
	memset(page, 1, 3 * 4096);
	CHECK_EQ(mprotect(page, 4096, PROT_READ), 0);
	CHECK_EQ(mprotect(page + 4096, 4096, PROT_NONE), 0);
	MEMORY(store, page, SIGSEGV, SEGV_ACCERR);
	MEMORY(store_byte, page + 4095, SIGSEGV, SEGV_ACCERR);
	MEMORY(add_atomically, page + 8, SIGSEGV, SEGV_ACCERR);
	MEMORY(load, page + 4096, SIGSEGV, SEGV_ACCERR);
	MEMORY(store, page + 8184, SIGSEGV, SEGV_ACCERR);
	jump_to((uintptr_t)page, SIGSEGV, SEGV_ACCERR);
	jump_to((uintptr_t)page + 4096, SIGSEGV, SEGV_ACCERR);
	jump_to((uintptr_t)page + 8192, SIGSEGV, SEGV_ACCERR);
	MEMORY(store, load, SIGSEGV, SEGV_ACCERR);	/* the text is read-only */
	/* Not there and not allowed. */
	char *none = mmap(NULL, 4096, PROT_NONE, MAP_ANON | MAP_PRIVATE, -1, 0);
	MEMORY(load, none, SIGSEGV, SEGV_ACCERR);
	jump_to((uintptr_t)none, SIGSEGV, SEGV_ACCERR);

	/* An access across two pages faults at the first byte that is not allowed, or at its start. */
	count = 0;
	store((uintptr_t)page + 12284);
	CHECK_EQ(count, 1);
	CHECK_EQ(signo_seen, SIGSEGV);
	CHECK(addr_seen == (uintptr_t)page + 12284 || addr_seen == (uintptr_t)page + 12288);

	/* Beyond the end of a mapped file. */
	int fd = open("/tmp/faults.file", O_RDWR | O_CREAT, 0600);
	CHECK_EQ(write(fd, "abc", 3), 3);
	for (int i = 0; i < 2; i++) {
		char *file = mmap(NULL, 8192, PROT_READ | PROT_WRITE, i ? MAP_SHARED : MAP_PRIVATE, fd, 0);

		CHECK(file != MAP_FAILED);
		CHECK(file[0] == 'a' && file[3] == 0 && file[4095] == 0);
		MEMORY(load, file + 4096, SIGBUS, BUS_ADRERR);
		MEMORY(store, file + 8184, SIGBUS, BUS_ADRERR);
		CHECK_EQ(munmap(file, 8192), 0);
		MEMORY(load, file, SIGSEGV, SEGV_MAPERR);
	}
	char *file = mmap(NULL, 8192, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
	jump_to((uintptr_t)file + 4096, SIGBUS, BUS_ADRERR);

	/* Misaligned atomics; plain loads and stores may be misaligned. */
	page += 8192;
	for (int i = 1; i < 4; i++) {
		MEMORY(add_atomically, page + i, SIGBUS, BUS_ADRALN);
		MEMORY(reserve, page + i, SIGBUS, BUS_ADRALN);
	}
	MEMORY(add_atomically_8, page + 4, SIGBUS, BUS_ADRALN);
	count = 0;
	store((uintptr_t)page + 1);
	load((uintptr_t)page + 3);
	CHECK_EQ(count, 0);

	CODE(breakpoint, SIGTRAP, TRAP_BRKPT);
	CODE(short_breakpoint, SIGTRAP, TRAP_BRKPT);
	CODE(zero, SIGILL, ILL_ILLOPC);
	CODE(ones, SIGILL, ILL_ILLOPC);
	CODE(privileged_csr, SIGILL, 0);
	CODE(privileged_csr_write, SIGILL, 0);
	CODE(privileged_return, SIGILL, 0);
	CODE(privileged_fence, SIGILL, 0);
	CODE(no_such_csr, SIGILL, 0);
	CODE(write_counter, SIGILL, 0);
	CODE(no_such_float, SIGILL, 0);
	CODE(vector, SIGILL, 0);

	/* RISC-V divides by zero without a trap: SIGFPE comes only from kill. */
	count = 0;
	volatile int nothing = 0;
	int quotient;
	__asm__ volatile("div %0, %1, %2" : "=r"(quotient) : "r"(7), "r"(nothing));
	CHECK_EQ(quotient, -1);
	volatile double zero_d = 0;
	CHECK(1 / zero_d > 1e308);
	CHECK_EQ(count, 0);
	return 0;
}
