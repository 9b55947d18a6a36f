/*
 * The first instruction of a program (spec A.6): every register is 0 but sp and a1. This file is linked without
 * crt0.o; its __start keeps what it finds, and goes on as the real one.
 */
#include <sys/exec.h>
#include <stdint.h>

#include "exec.h"

extern struct ps_strings *__ps_strings;

static struct {
	uint64_t x[32], f[32], fcsr;
} at_entry __asm__("at_entry") __attribute__((used));

__asm__(
"	.section .note.netbsd.ident, \"a\", @note\n"
"	.p2align 2\n"
"	.long	7, 4, 1\n"
"	.asciz	\"NetBSD\"\n"
"	.byte	0\n"
"	.long	1100000000\n"
"	.section .text.__start, \"ax\", @progbits\n"
"	.globl	__start\n"
"	.option	norelax\n"
/* t0 has to go before anything can be stored: fmv keeps it. */
"__start:\n"
"	fsd	f0, -8(sp)\n"
"	fmv.d.x	f0, t0\n"
"	lla	t0, at_entry\n"
"	.irp	n, 1,2,3,4,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31\n"
"	sd	x\\n, 8*\\n(t0)\n"
"	.endr\n"
"	fsd	f0, 8*5(t0)\n"
"	.irp	n, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31\n"
"	fsd	f\\n, 256+8*\\n(t0)\n"
"	.endr\n"
"	ld	t1, -8(sp)\n"
"	sd	t1, 256(t0)\n"
"	frcsr	t1\n"
"	sd	t1, 512(t0)\n"
"	la	gp, __global_pointer$\n"
"	tail	___start\n"
);

static int
check_registers(void)
{
	for (int i = 1; i < 32; i++)
		if (i != 2 && i != 11)
			CHECK_EQ(at_entry.x[i], 0);
	for (int i = 0; i < 32; i++)
		CHECK_EQ(at_entry.f[i], 0);
	CHECK_EQ(at_entry.fcsr, 0);
	CHECK_EQ(at_entry.x[2] & 15, 0);
	CHECK_EQ(at_entry.x[11], 0x3ffffeefe0);		/* USRSTACK - 32 */
	CHECK_EQ(at_entry.x[11], (uintptr_t)__ps_strings);
	/* argc lies at sp, argv behind it. */
	CHECK_EQ(*(long *)at_entry.x[2], __ps_strings->ps_nargvstr);
	CHECK_EQ(at_entry.x[2] + 8, (uintptr_t)__ps_strings->ps_argvstr);
	return 0;
}

int
main(int argc, char **argv)
{
	char *again[] = { "entry", "again", NULL };

	check_registers();
	if (argc == 2)
		return 7;
	/* From a process whose registers are all in use. */
	for (int i = 0; i < 3; i++) {
		pid_t pid = fork();
		int status;

		if (pid == 0) {
			register double a __asm__("fs0") = 1.5, b __asm__("fs11") = 2.5;

			__asm__ volatile("fsrmi 3" : : "f"(a), "f"(b));
			execve("/bin/entry", again, no_environment);
			_exit(1);
		}
		CHECK_EQ(waitpid(pid, &status, 0), pid);
		CHECK_EQ(status, 7 << 8);
	}
	return 0;
}
