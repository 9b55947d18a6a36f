/*
 * A system call with a pattern in every register, and what the registers are afterwards.
 *
 * x2 (sp) is the address of the area where they end up: it is the one register that must hold something
 * useful. tp and gp get patterns too, so nothing of libc may run between loading and restoring.
 */
#ifndef REGISTERS_H
#define REGISTERS_H

#include <stdint.h>

struct registers {
	uint64_t x[32];		/* x[0]: which slot the call returned to, 1 error (ecall+4), 2 success (ecall+12) */
	uint64_t f[32];
	uint64_t fcsr;
};

/* Load `in`, trap, store what came out in `out`, and come back as if nothing had been. In both processes. */
void call_with_registers(const struct registers *in, struct registers *out);

/* The same, with the ecall at an address that is 2 modulo 4. */
void call_with_registers_odd(const struct registers *in, struct registers *out);

#define OFF_F		256
#define OFF_FCSR	512

__asm__(
"	.pushsection .bss\n"
"	.p2align 3\n"
"kept:	.zero	32 * 8\n"
"	.popsection\n"
"	.macro	each_x from, operation, base\n"
"	.irp	n, 1,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31\n"
"	.if	\\n >= \\from\n"
"	\\operation	x\\n, 8*\\n(\\base)\n"
"	.endif\n"
"	.endr\n"
"	.endm\n"
"	.macro	each_f operation, base\n"
"	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31\n"
"	\\operation	f\\n, 256+8*\\n(\\base)\n"
"	.endr\n"
"	.endm\n"
"	.macro	keep_or_restore operation\n"
"	\\operation	x1, 8(t0)\n"
"	\\operation	x2, 16(t0)\n"
"	\\operation	x3, 24(t0)\n"
"	\\operation	x4, 32(t0)\n"
"	.irp	n, 8,9,18,19,20,21,22,23,24,25,26,27\n"
"	\\operation	x\\n, 8*\\n(t0)\n"
"	.endr\n"
"	.endm\n"
"	.macro	definition name, odd\n"
"	.text\n"
"	.globl	\\name\n"
"	.p2align 2\n"
"	.option	push\n"
"	.option	norelax\n"
"	.option	norvc\n"
"\\name:\n"
"	la	t0, kept\n"
"	keep_or_restore sd\n"
"	mv	sp, a1\n"
"	mv	t0, a0\n"
"	each_f	fld, t0\n"
"	ld	t1, 512(t0)\n"
"	fscsr	t1\n"
"	mv	x31, t0\n"
"	.irp	n, 1,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31\n"
"	ld	x\\n, 8*\\n(x31)\n"
"	.endr\n"
"	.if	\\odd\n"
"	.option	rvc\n"
"	c.nop\n"
"	.option	norvc\n"
"	.endif\n"
"	ecall\n"
"	j	1f\n"
"	nop\n"
"	each_x	1, sd, sp\n"
"	li	t0, 2\n"
"	j	2f\n"
"1:	each_x	1, sd, sp\n"
"	li	t0, 1\n"
"2:	sd	t0, 0(sp)\n"
"	sd	sp, 16(sp)\n"
"	each_f	fsd, sp\n"
"	frcsr	t1\n"
"	sd	t1, 512(sp)\n"
"	la	t0, kept\n"
"	keep_or_restore ld\n"
"	fscsr	zero\n"
"	ret\n"
"	.option	pop\n"
"	.endm\n"
"	definition call_with_registers, 0\n"
"	definition call_with_registers_odd, 1\n"
);

#endif
