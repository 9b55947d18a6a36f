/*
 * How a system call is written in assembly.
 *
 * The kernel resumes a successful call 12 bytes after the start of the ecall and a failed one 4 bytes
 * after it, with errno in a0. So exactly 8 bytes must lie between: the jump to __cerror, which the linker
 * may not shorten (norelax) and the assembler may not compress (norvc).
 */
#ifndef SYSCALL_ASM_H
#define SYSCALL_ASM_H

#include <sys/syscall.h>

	.option	norelax
	.option	norvc

/* Every entry gets its own section, so that a program carries only the calls it makes. */
.macro	ENTRY name
	.section .text.\name, "ax", @progbits
	.p2align 2
	.globl	\name
	.type	\name, @function
\name:
	.cfi_startproc
.endm

/* Weak, because a program may use the name of a system call that ISO C does not reserve for itself. */
.macro	WEAK_ENTRY name
	.section .text.\name, "ax", @progbits
	.p2align 2
	.weak	\name
	.type	\name, @function
\name:
	.cfi_startproc
.endm

.macro	END name
	.cfi_endproc
	.size	\name, . - \name
.endm

.macro	ALIAS alias, target
	.weak	\alias
	.set	\alias, \target
.endm

.macro	TRAP number
	li	t6, \number
	ecall
	tail	__cerror
.endm

/* For calls that cannot fail: the 8 bytes are there, and are never executed. */
.macro	TRAP_NOERR number
	li	t6, \number
	ecall
	nop
	nop
.endm

#endif
