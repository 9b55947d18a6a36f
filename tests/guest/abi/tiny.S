/* A program with everything exec looks at and nothing else: text, data, bss, a note; it exits with 0. */
	.section .note.netbsd.ident, "a", @note
	.balign	4
	.word	7, 4, 1
	.asciz	"NetBSD"
	.byte	0
	.word	1100000000

	.data
	.balign	8
value:	.dword	40

	.bss
	.balign	8
room:	.skip	20000

	.text
	.globl	_start
	.globl	__start
_start:
__start:
	lla	t0, value
	ld	a0, 0(t0)
	lla	t1, room
	sd	a0, 16(t1)
	li	t2, 19992
	add	t1, t1, t2
	ld	a1, 0(t1)
	addi	a0, a0, -40
	add	a0, a0, a1
	li	t6, 1
	ecall
	.option	norvc
	j	.
	nop
