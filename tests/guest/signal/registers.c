/*
 * Every register, integer and floating point, survives a handler that uses them all for itself; and the
 * handler's context shows them.
 */
#include <lwp.h>
#include <signal.h>
#include <stdint.h>
#include <ucontext.h>

#include "check.h"

void trap_with(const uint64_t *in, uint64_t *out, const uint64_t *fin, uint64_t *fout);
void clobber(void);

/* Load x1..x31 but sp and f0..f31 and fcsr, trap, store them all. */
__asm__(
"	.text\n	.option norvc\n"
"	.balign 4\n"
"	.globl	trap_with\n"
"trap_with:\n"
"	addi	sp, sp, -144\n"
"	sd	ra, 16(sp)\n	sd	gp, 24(sp)\n	sd	tp, 32(sp)\n"
"	sd	s0, 40(sp)\n	sd	s1, 48(sp)\n	sd	s2, 56(sp)\n	sd	s3, 64(sp)\n"
"	sd	s4, 72(sp)\n	sd	s5, 80(sp)\n	sd	s6, 88(sp)\n	sd	s7, 96(sp)\n"
"	sd	s8, 104(sp)\n	sd	s9, 112(sp)\n	sd	s10, 120(sp)\n	sd	s11, 128(sp)\n"
"	sd	a1, 0(sp)\n	sd	a3, 136(sp)\n"
"	.irp n,0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31\n"
"	fld	f\\n, 8*\\n(a2)\n"
"	.endr\n"
"	ld	t0, 256(a2)\n	fscsr	t0\n"
"	.irp n,1,3,4,5,6,7,8,9,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31\n"
"	ld	x\\n, 8*\\n-8(a0)\n"
"	.endr\n"
"	ld	a0, 72(a0)\n"
"	.globl	trap_here\n"
"trap_here:\n"
"	ebreak\n"
"	sd	t6, 8(sp)\n"
"	ld	t6, 0(sp)\n"
"	.irp n,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30\n"
"	sd	x\\n, 8*\\n-8(t6)\n"
"	.endr\n"
"	ld	t5, 8(sp)\n	sd	t5, 240(t6)\n"
"	ld	a3, 136(sp)\n"
"	.irp n,0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31\n"
"	fsd	f\\n, 8*\\n(a3)\n"
"	.endr\n"
"	frcsr	t0\n	sd	t0, 256(a3)\n"
"	fscsr	zero\n"
"	ld	ra, 16(sp)\n	ld	gp, 24(sp)\n	ld	tp, 32(sp)\n"
"	ld	s0, 40(sp)\n	ld	s1, 48(sp)\n	ld	s2, 56(sp)\n	ld	s3, 64(sp)\n"
"	ld	s4, 72(sp)\n	ld	s5, 80(sp)\n	ld	s6, 88(sp)\n	ld	s7, 96(sp)\n"
"	ld	s8, 104(sp)\n	ld	s9, 112(sp)\n	ld	s10, 120(sp)\n	ld	s11, 128(sp)\n"
"	addi	sp, sp, 144\n"
"	ret\n"
/* Spoil every register that a function may spoil, and all floating-point ones. */
"	.globl	clobber\n"
"clobber:\n"
"	.irp r,t0,t1,t2,t3,t4,t5,t6,a0,a1,a2,a3,a4,a5,a6,a7\n"
"	li	\\r, -1\n"
"	.endr\n"
"	.irp n,0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31\n"
"	fmv.d.x	f\\n, t0\n"
"	.endr\n"
"	fscsr	zero\n"
"	ret\n"
"	.option rvc\n"
);

extern char trap_here[];

static uint64_t in[31], out[31], fin[33], fout[33], seen[32], fseen[33];
static uint32_t seen_flags;

static void
handler(int signo, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;

	(void)signo;
	(void)info;
	for (int i = 0; i < 32; i++)
		seen[i] = uc->uc_mcontext.__gregs[i];
	for (int i = 0; i < 33; i++)
		fseen[i] = uc->uc_mcontext.__fregs[i].u_u64;
	seen_flags = uc->uc_flags;
	clobber();
	uc->uc_mcontext.__gregs[_REG_PC] += 4;
}

int
main(void)
{
	struct sigaction sa = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO };

	CHECK_EQ(sigaction(SIGTRAP, &sa, NULL), 0);
	void *tls = _lwp_getprivate();
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 31; i++)
			in[i] = 0x9e3779b97f4a7c15u * (uint64_t)(i + 1 + 40 * round);
		for (int i = 0; i < 32; i++)
			fin[i] = 0xc2b2ae3d27d4eb4fu * (uint64_t)(i + 1 + 40 * round);
		fin[32] = 0x40 | (0x1f - round);	/* round down; some flags */
		memset(out, 0, sizeof(out));
		trap_with(in, out, fin, fout);
		CHECK_EQ(seen[_REG_PC], (uintptr_t)trap_here);
		for (int i = 0; i < 31; i++) {
			if (i == 1)
				continue;	/* sp */
			if (seen[i] != in[i])
				CHECK_FAIL("the handler saw x%d as %#lx, not %#lx", i + 1, seen[i], in[i]);
			if (out[i] != in[i])
				CHECK_FAIL("x%d came back as %#lx, not %#lx", i + 1, out[i], in[i]);
		}
		CHECK_EQ(seen[1], out[1]);
		for (int i = 0; i < 33; i++) {
			if (fseen[i] != fin[i])
				CHECK_FAIL("the handler saw f%d as %#lx, not %#lx", i, fseen[i], fin[i]);
			if (fout[i] != fin[i])
				CHECK_FAIL("f%d came back as %#lx, not %#lx", i, fout[i], fin[i]);
		}
		CHECK_EQ(seen_flags & (_UC_SIGMASK | _UC_CPU | _UC_FPU | _UC_TLSBASE | _UC_CLRSTACK),
		    _UC_SIGMASK | _UC_CPU | _UC_FPU | _UC_TLSBASE | _UC_CLRSTACK);
		/* The return from the handler registered the thread pointer of the context. */
		CHECK_EQ((uintptr_t)_lwp_getprivate(), in[3]);
		_lwp_setprivate(tls);
	}
	return 0;
}
