/*
 * Small pieces of code for test_hart.py: each label is run on a bare hart, and usually ends in a trap.
 * a0 and a1 are what the test says.
 */
	.option	norelax

	.macro	CASE name
	.p2align 2
	.globl	\name
\name:
	.endm

	.text
	.globl	__start
__start:

/* The trapping instruction is 4 bytes long, 2 bytes long, at an address that is 2 modulo 4. */
CASE ecall_4
	.option	norvc
	nop
	ecall
CASE ecall_odd
	.option	rvc
	c.nop
	.option	norvc
	ecall
CASE illegal_4
	.word	0xffffffff
CASE illegal_2
	.option	rvc
	c.nop
	.half	0
CASE ebreak_4
	.option	norvc
	nop
	ebreak
CASE ebreak_2
	.option	rvc
	c.nop
	c.ebreak
CASE load_4
	.option	norvc
	nop
	ld	a2, 0(a0)
	ecall
CASE load_2
	.option	rvc
	c.nop
	c.ld	a2, 0(a0)
	ecall
CASE store_4
	.option	norvc
	nop
	sd	a1, 0(a0)
	ecall
CASE store_2
	.option	rvc
	c.nop
	c.sd	a1, 0(a0)
	ecall
CASE amo
	.option	norvc
	amoadd.d a2, a1, (a0)
	ecall
CASE load_reserved
	.option	norvc
	lr.d	a2, (a0)
	ecall
CASE store_conditional
	sc.d	a2, a1, (a0)
	ecall
CASE jump
	jr	a0

CASE read_cycle
	rdcycle	a2
	ecall
CASE read_time
	rdtime	a2
	ecall
CASE read_instret
	rdinstret a2
	ecall
CASE write_cycle
	csrw	cycle, a2
	ecall
CASE supervisor_csr
	csrr	a2, sstatus
	ecall
CASE supervisor_return
	sret
	ecall

/* Faults in the middle of a block of ten instructions, then the whole block counts. */
CASE middle
	.option	norvc
	nop
	nop
	nop
	ld	a2, 0(a0)
	nop
	nop
	sd	a2, 0(a1)
	nop
	nop
	ecall

/* Calls the code at a0 again and again; it returns something in a2. */
CASE call
	jalr	a0
	ecall
	j	call

CASE fp_move
	fmv.d.x	fa5, a1
	ecall
CASE fp_load_2
	.option	rvc
	c.fld	fa5, 0(a0)
	.option	norvc
	ecall
CASE fp_store_2
	.option	rvc
	c.fsd	fa5, 0(a0)
	.option	norvc
	ecall
CASE fp_compare
	feq.d	a2, fa5, fa5
	ecall
CASE fp_divide
	fdiv.d	fa5, fa5, fa5
	ecall
CASE set_fcsr
	fscsr	a1
	ecall

/* A loop of a1 rounds, each with a store and a load. */
CASE loop
	.option	rvc
	c.li	a2, 0
1:	sd	a2, 0(a0)
	ld	a3, 0(a0)
	add	a2, a3, a1
	c.addi	a1, -1
	c.bnez	a1, 1b
	.option	norvc
	ecall

	.section .rodata
	.byte	0
