/*
 * The first instructions of a program.
 *
 * The kernel arrives with a0 = the run-time linker's cleanup function (0 in a static program), a1 = the
 * address of ps_strings, every other register but sp zero.
 */
	.section .text.__start, "ax", @progbits
	.p2align 2
	.globl	__start
	.weak	_start
	.type	__start, @function
__start:
_start:
	.cfi_startproc
	.cfi_undefined ra
	/* gp itself is what relaxation is relative to. */
	.option	push
	.option	norelax
	la	gp, __global_pointer$
	.option	pop
	tail	___start
	.cfi_endproc
	.size	__start, . - __start

/* By this note the kernel knows a NetBSD program from a Linux one. */
	.section .note.netbsd.ident, "a", @note
	.p2align 2
	.long	7			/* length of the name, with its NUL */
	.long	4			/* length of the description */
	.long	1			/* type: the version of the ABI */
	.asciz	"NetBSD"
	.byte	0			/* the name is padded to 4 bytes */
	.long	1100000000
