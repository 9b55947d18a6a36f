/* fork1 with any flags, through the private call that there is for tests. */
#ifndef FORK1_H
#define FORK1_H

#include <sys/types.h>

#include "check.h"

#define SYS___fork1	508
#define FORK_PPWAIT	0x1
#define FORK_SHAREVM	0x2
#define FORK_SHAREFILES	0x8
#define FORK_NOWAIT	0x20
#define FORK_CLEANFILES	0x40
#define FORK_SYSTEM	0x80

/* As libc's fork: a1 tells child from parent. */
static inline pid_t
fork1(int flags)
{
	register long a0 __asm__("a0") = flags;
	register long a1 __asm__("a1") = 0;
	register long t6 __asm__("t6") = SYS___fork1;
	long failed = 0;

	__asm__ volatile(
	    "	.option push\n"
	    "	.option norelax\n"
	    "	.option norvc\n"
	    "	ecall\n"
	    "	j	1f\n"
	    "	nop\n"
	    "	j	2f\n"
	    "1:	li	%2, 1\n"
	    "2:\n"
	    "	.option pop\n"
	    : "+r"(a0), "+r"(a1), "+r"(failed) : "r"(t6) : "memory");
	if (failed) {
		errno = (int)a0;
		return -1;
	}
	return a1 == 1 ? 0 : (pid_t)a0;
}

#endif
