/*
 * The signal frame as the ABI has it: 768 bytes below the 16-aligned sp, siginfo at 0, ucontext at 128; what
 * the registers hold when the handler begins.
 */
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <ucontext.h>

#include "check.h"

void entry(int, siginfo_t *, void *);
void trap_below(uint64_t bytes);

struct {
	uint64_t sp, ra, a0, a1, a2, s0;
} at_entry;

/* The handler: note the registers, go on in C. And a trap with sp moved down by a0 bytes. */
__asm__(
"	.text\n	.option norvc\n"
"	.globl	entry\n"
"entry:\n"
"	lla	t0, at_entry\n"
"	sd	sp, 0(t0)\n"
"	sd	ra, 8(t0)\n"
"	sd	a0, 16(t0)\n"
"	sd	a1, 24(t0)\n"
"	sd	a2, 32(t0)\n"
"	sd	s0, 40(t0)\n"
"	tail	in_c\n"
"	.globl	trap_below\n"
"trap_below:\n"
"	sub	sp, sp, a0\n"
"	mv	t1, s0\n"
"	li	s0, 0x5a5a\n"
"	ebreak\n"
"	mv	s0, t1\n"
"	add	sp, sp, a0\n"
"	ret\n"
"	.option rvc\n"
);

static uint64_t interrupted_sp;
static uint32_t uc_flags;
static unsigned char info_bytes[128];
static sigset_t uc_mask;
static void *uc_link;
static int calls;

void in_c(int, siginfo_t *, void *);

void
in_c(int signo, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;

	(void)signo;
	calls++;
	memcpy(info_bytes, info, sizeof(info_bytes));
	interrupted_sp = uc->uc_mcontext.__gregs[_REG_SP];
	uc_flags = uc->uc_flags;
	uc_mask = uc->uc_sigmask;
	uc_link = uc->uc_link;
	uc->uc_mcontext.__gregs[_REG_PC] += 4;
}

static uint32_t
word(int at)
{
	uint32_t value;

	memcpy(&value, info_bytes + at, 4);
	return value;
}

int
main(void)
{
	struct sigaction sa = { .sa_sigaction = entry, .sa_flags = SA_SIGINFO };
	sigset_t set;

	_Static_assert(sizeof(siginfo_t) == 128, "siginfo_t");
	_Static_assert(sizeof(ucontext_t) == 632, "ucontext_t");
	_Static_assert(offsetof(ucontext_t, uc_mcontext) == 56, "mcontext");
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	sigprocmask(SIG_SETMASK, &set, NULL);
	sigaddset(&sa.sa_mask, SIGUSR1);
	CHECK_EQ(sigaction(SIGTRAP, &sa, NULL), 0);
	for (uint64_t below = 0; below < 64; below += 8) {
		trap_below(below);
		CHECK_EQ(at_entry.sp, (interrupted_sp & ~15ul) - 768);
		CHECK_EQ(at_entry.a0, SIGTRAP);
		CHECK_EQ(at_entry.a1, at_entry.sp);
		CHECK_EQ(at_entry.a2, at_entry.sp + 128);
		CHECK_EQ(at_entry.s0, 0x5a5a);
		CHECK(at_entry.ra != 0);
	}
	CHECK_EQ(calls, 8);
	CHECK_EQ(word(0), SIGTRAP);
	CHECK_EQ(word(4), TRAP_BRKPT);
	CHECK_EQ(word(8), 0);
	CHECK_EQ(uc_flags & (_UC_SIGMASK | _UC_CPU | _UC_SETSTACK), _UC_SIGMASK | _UC_CPU);
	CHECK(uc_link == NULL);
	for (int s = 1; s < 64; s++)
		CHECK_EQ(sigismember(&uc_mask, s), s == SIGUSR2);	/* the mask to return to */

	return 0;
}
