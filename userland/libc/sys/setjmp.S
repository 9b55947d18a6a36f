/*
 * setjmp, longjmp: the registers that a call preserves.
 *
 * Which slot holds what is <machine/setjmp.h>'s. A buffer says by its magic number whether a signal mask
 * was saved; a jump back with a mask goes through setcontext(2), in sys/longjmp.c.
 */
#include <machine/setjmp.h>
#include "syscall_asm.h"
#include "jmpbuf.h"

/* <signal.h> has declarations in it that only a compiler can read. */
#define SIG_BLOCK	1

#define SLOT(n)		(8 * (n))
#define FS(n)		SLOT(_JB_FCSR + 1 + (n))
#define SIGMASK		FS(12)

.macro	FOR_EACH_SAVED int_op, fp_op
	\int_op	ra, SLOT(_JB_RA)(a0)
	\int_op	sp, SLOT(_JB_SP)(a0)
	\int_op	s0, SLOT(_JB_S0)(a0)
	\int_op	s1, SLOT(_JB_S1)(a0)
	\int_op	s2, SLOT(_JB_S2)(a0)
	\int_op	s3, SLOT(_JB_S3)(a0)
	\int_op	s4, SLOT(_JB_S4)(a0)
	\int_op	s5, SLOT(_JB_S5)(a0)
	\int_op	s6, SLOT(_JB_S6)(a0)
	\int_op	s7, SLOT(_JB_S7)(a0)
	\int_op	s8, SLOT(_JB_S8)(a0)
	\int_op	s9, SLOT(_JB_S9)(a0)
	\int_op	s10, SLOT(_JB_S10)(a0)
	\int_op	s11, SLOT(_JB_S11)(a0)
	\fp_op	fs0, FS(0)(a0)
	\fp_op	fs1, FS(1)(a0)
	\fp_op	fs2, FS(2)(a0)
	\fp_op	fs3, FS(3)(a0)
	\fp_op	fs4, FS(4)(a0)
	\fp_op	fs5, FS(5)(a0)
	\fp_op	fs6, FS(6)(a0)
	\fp_op	fs7, FS(7)(a0)
	\fp_op	fs8, FS(8)(a0)
	\fp_op	fs9, FS(9)(a0)
	\fp_op	fs10, FS(10)(a0)
	\fp_op	fs11, FS(11)(a0)
.endm

ENTRY _setjmp
	li	t0, JB_MAGIC_PLAIN
.Lsave:
	sd	t0, SLOT(_JB_MAGIC)(a0)
	sd	gp, SLOT(_JB_GP)(a0)
	sd	tp, SLOT(_JB_TP)(a0)
	frcsr	t1
	sd	t1, SLOT(_JB_FCSR)(a0)
	FOR_EACH_SAVED sd, fsd
	li	a0, 0
	ret
END _setjmp

/* In the section of _setjmp, which it falls into by a short jump. */
	.section .text._setjmp, "ax", @progbits
	.globl	__setjmp14
	.type	__setjmp14, @function
__setjmp14:
	.cfi_startproc
	mv	a3, a0
	addi	a2, a0, SIGMASK
	li	a1, 0
	li	a0, SIG_BLOCK
	TRAP_NOERR SYS___sigprocmask14
	mv	a0, a3
	li	t0, JB_MAGIC_MASK
	j	.Lsave
END __setjmp14

	.globl	__sigsetjmp14
	.type	__sigsetjmp14, @function
__sigsetjmp14:
	.cfi_startproc
	bnez	a1, __setjmp14
	j	_setjmp
END __sigsetjmp14

/* gp and tp are left alone: the jump stays in its program and in its LWP. */
ENTRY _longjmp
	ld	t1, SLOT(_JB_FCSR)(a0)
	fscsr	t1
	FOR_EACH_SAVED ld, fld
	seqz	a0, a1
	add	a0, a0, a1
	ret
END _longjmp
