/*
 * System calls that are more than a trap.
 */
#include <sys/errno.h>
#include "syscall_asm.h"

/* Offsets into ucontext_t; sys/context.c checks them against the header. */
#define UC_GREG(x)	(56 + 8 * ((x) - 1))
#define UC_SP		UC_GREG(2)
#define UC_A0		UC_GREG(10)
#define UC_PC		(56 + 8 * 31)
/* A signal frame is a siginfo_t and, behind it, the ucontext_t to return through. */
#define SIGFRAME_UC	128

/* <sys/mman.h> has declarations in it that only a compiler can read. */
#define PROT_READ_WRITE		3
#define MAP_PRIVATE_ANON	0x1002

/* errno = a0, return -1. The second result register is set too: callers of two-result calls look at it. */
ENTRY __cerror
	addi	sp, sp, -16
	.cfi_def_cfa_offset 16
	sd	ra, 8(sp)
	.cfi_offset ra, -8
	sw	a0, 0(sp)
	call	__errno
	lw	a1, 0(sp)
	sw	a1, 0(a0)
	ld	ra, 8(sp)
	addi	sp, sp, 16
	.cfi_def_cfa_offset 0
	li	a0, -1
	li	a1, -1
	ret
END __cerror

/* The real number is the first argument, so these two take anything. */
WEAK_ENTRY syscall
	TRAP	SYS_syscall
	ret
END syscall

WEAK_ENTRY __syscall
	TRAP	SYS___syscall
	ret
END __syscall

/* a1 tells the child (1) from the parent (0); the mask turns the child's a0 into 0 without a branch. */
ENTRY __fork
	TRAP	SYS_fork
	addi	a1, a1, -1
	and	a0, a0, a1
	ret
END __fork

/* Nothing may lie on the stack: the child runs on it and returns from here first. */
ENTRY __vfork14
	TRAP	SYS___vfork14
	addi	a1, a1, -1
	and	a0, a0, a1
	ret
END __vfork14
ALIAS vfork, __vfork14

/*
 * pid_t __clone(int (*fn)(void *), void *stack, int flags, void *arg)
 *
 * The child starts on its own stack, with fn and arg as the only things it finds there; the parent writes
 * them, so that they are in place whether or not the address space is shared.
 */
#define FRAME_SIZE	32
#define FRAME_FN	0
#define FRAME_ARG	8
#define FRAME_RA	24

ENTRY __clone
	beqz	a0, 2f
	beqz	a1, 2f
	andi	a1, a1, -16
	addi	a1, a1, -FRAME_SIZE
	sd	a0, FRAME_FN(a1)
	sd	a3, FRAME_ARG(a1)
	mv	a0, a2
	TRAP	SYS___clone
	bnez	a1, 1f
	ret
1:	.cfi_undefined ra
	ld	a1, FRAME_FN(sp)
	ld	a0, FRAME_ARG(sp)
	sd	zero, FRAME_RA(sp)
	mv	s0, zero
	mv	ra, zero
	jalr	a1
	call	_exit
2:	li	a0, EINVAL
	tail	__cerror
END __clone
ALIAS clone, __clone

/* Both descriptors come back in registers. */
WEAK_ENTRY pipe
	mv	a2, a0
	TRAP	SYS_pipe
	sw	a0, 0(a2)
	sw	a1, 4(a2)
	li	a0, 0
	ret
END pipe

/*
 * For start.c, before thread-local storage and with it errno exist: the errno is returned as the value,
 * which no mapping can be mistaken for.
 */
ENTRY __libc_map_early
	mv	a1, a0
	li	a0, 0
	li	a2, PROT_READ_WRITE
	li	a3, MAP_PRIVATE_ANON
	li	a4, -1
	li	a5, 0
	li	a6, 0
	TRAP_NOERR SYS_mmap
	ret
END __libc_map_early

ENTRY __libc_write_early
	TRAP_NOERR SYS_write
	ret
END __libc_write_early

/* Data read from the other process may be -1, so the caller needs errno to be clear. */
WEAK_ENTRY ptrace
	addi	sp, sp, -48
	.cfi_def_cfa_offset 48
	sd	ra, 40(sp)
	.cfi_offset ra, -8
	sd	a0, 0(sp)
	sd	a1, 8(sp)
	sd	a2, 16(sp)
	sd	a3, 24(sp)
	call	__errno
	sw	zero, 0(a0)
	ld	a0, 0(sp)
	ld	a1, 8(sp)
	ld	a2, 16(sp)
	ld	a3, 24(sp)
	ld	ra, 40(sp)
	addi	sp, sp, 48
	.cfi_def_cfa_offset 0
	TRAP	SYS_ptrace
	ret
END ptrace

/* The errno comes back as the value, and the offset needs its hole. */
WEAK_ENTRY posix_fallocate
	mv	a3, a2
	mv	a2, a1
	li	a1, 0
	TRAP_NOERR SYS_posix_fallocate
	ret
END posix_fallocate

/* What is saved must return from here a second time, with 0. */
WEAK_ENTRY getcontext
	mv	a2, a0
	TRAP	SYS_getcontext
	sd	ra, UC_PC(a2)
	sd	zero, UC_A0(a2)
	ret
END getcontext

/*
 * int swapcontext(ucontext_t *save, const ucontext_t *go)
 *
 * The saved context is the caller's: resumed, it looks as if swapcontext returned 0.
 */
WEAK_ENTRY swapcontext
	mv	a2, a0
	mv	a3, a1
	TRAP	SYS_getcontext
	sd	ra, UC_PC(a2)
	sd	sp, UC_SP(a2)
	sd	zero, UC_A0(a2)
	mv	a0, a3
	TRAP	SYS_setcontext
	ret
END swapcontext

/* Where a makecontext function returns to. A context runs on a stack of its own, so this is a call. */
ENTRY __context_return
	.cfi_undefined ra
	call	__context_exit
	ebreak
END __context_return

/*
 * Where a signal handler returns to: sp is the frame again. Reached a second time only on failure.
 *
 * The unwinding rules say that every register of the interrupted code is in the context. Their range starts
 * before the label, because an unwinder looks up the instruction before a return address.
 */
	.section .text.__sigtramp_siginfo_2, "ax", @progbits
	.p2align 2
	.globl	__sigtramp_siginfo_2
	.type	__sigtramp_siginfo_2, @function
	.cfi_startproc simple
	.cfi_signal_frame
	.cfi_return_column 64
	.cfi_def_cfa sp, 0
	.cfi_offset 64, SIGFRAME_UC + UC_PC
	.irp	n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16
	.cfi_offset \n, SIGFRAME_UC + UC_GREG(\n)
	.endr
	.irp	n, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	.cfi_offset \n, SIGFRAME_UC + UC_GREG(\n)
	.endr
	nop
__sigtramp_siginfo_2:
	addi	a0, sp, SIGFRAME_UC
	TRAP_NOERR SYS_setcontext
	TRAP_NOERR SYS_exit
END __sigtramp_siginfo_2
