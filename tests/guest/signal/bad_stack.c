/* A handler's frame that cannot be written kills with SIGILL, whatever SIGILL's action is. */
#include <sys/mman.h>
#include <signal.h>
#include <stdint.h>

#include "child.h"

void with_sp(uintptr_t sp, int pid, int signo);

/* kill(pid, signo) with another stack pointer. */
__asm__(
"	.text\n"
"	.globl	with_sp\n"
"with_sp:\n"
"	mv	t1, sp\n"
"	mv	sp, a0\n"
"	mv	a0, a1\n"
"	mv	a1, a2\n"
"	li	t6, 37\n"
"	ecall\n"
"	.option push\n	.option norvc\n	nop\n	nop\n	.option pop\n"
"	mv	sp, t1\n"
"	ret\n"
/* A handler that needs no stack: exit(signo). */
"	.globl	handler\n"
"handler:\n"
"	li	t6, 1\n"
"	ecall\n"
);

void handler(int);

static uintptr_t sp;
static int signo = SIGUSR1;

static void
run(void)
{
	signal(signo, handler);
	signal(SIGILL, handler);
	signal(SIGSEGV, handler);
	with_sp(sp, getpid(), signo);
	_exit(99);
}

static void
on_lost_stack(void)
{
	stack_t ss = { .ss_size = 65536 };
	struct sigaction sa = { .sa_handler = handler, .sa_flags = SA_ONSTACK };

	ss.ss_sp = mmap(NULL, ss.ss_size, PROT_READ | PROT_WRITE, MAP_ANON | MAP_PRIVATE, -1, 0);
	CHECK_EQ(sigaltstack(&ss, NULL), 0);
	CHECK_EQ(munmap(ss.ss_sp, ss.ss_size), 0);
	sigaction(SIGUSR1, &sa, NULL);
	raise(SIGUSR1);
}

/* A stack that goes round the end of the addresses: its end is one that there is. */
static void
on_wrapped_stack(void)
{
	static char end[16384];
	stack_t ss = { .ss_sp = (void *)-65536L, .ss_size = 65536 + (uintptr_t)end + sizeof(end) };
	struct sigaction sa = { .sa_handler = handler, .sa_flags = SA_ONSTACK };

	CHECK_EQ(sigaltstack(&ss, NULL), 0);
	sigaction(SIGUSR1, &sa, NULL);
	raise(SIGUSR1);
}

/* And one that ends at their very end, or just behind: its frame is in the kernel's half. */
static void
on_last_stack(void)
{
	stack_t ss = { .ss_sp = (void *)-65536L, .ss_size = 65536 + (sp & 15) };
	struct sigaction sa = { .sa_handler = handler, .sa_flags = SA_ONSTACK };

	CHECK_EQ(sigaltstack(&ss, NULL), 0);
	sigaction(SIGUSR1, &sa, NULL);
	raise(SIGUSR1);
}

int
main(void)
{
	char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_ANON | MAP_PRIVATE, -1, 0);
	static const uintptr_t bad[] = {
		0, 16, 0x800, 0x1000, 0x5000000000, 0xffffffc000001000, 0x0000800000001000, 0x7fffffffffffffff,
		0xffffffffffffffff, 0x3ffffef000 + 0x100000,
	};

	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		sp = bad[i];
		CHECK_KILLED(run, SIGILL);
	}
	CHECK_EQ(mprotect(page, 4096, PROT_READ), 0);
	sp = (uintptr_t)page + 4096;
	CHECK_KILLED(run, SIGILL);
	sp = (uintptr_t)page + 4096 + 512;	/* half of it would fit */
	CHECK_KILLED(run, SIGILL);
	sp = (uintptr_t)page + 4096 + 752;
	CHECK_KILLED(run, SIGILL);
	sp = (uintptr_t)page + 4096 + 768;	/* fits exactly */
	CHECK_EQ(child_status(run), SIGUSR1 << 8);
	CHECK_EQ(mprotect(page, 4096, PROT_NONE), 0);
	sp = (uintptr_t)page + 2048;
	CHECK_KILLED(run, SIGILL);
	sp = (uintptr_t)page + 8192;
	CHECK_EQ(child_status(run), SIGUSR1 << 8);

	/* An alternate stack that is gone. */
	CHECK_KILLED(on_lost_stack, SIGILL);
	CHECK_EQ(child_status(on_wrapped_stack), SIGUSR1 << 8);
	for (sp = 0; sp < 2; sp++)
		CHECK_KILLED(on_last_stack, SIGILL);
	return 0;
}
