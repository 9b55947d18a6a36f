/*
 * Floating-point registers over fork, and between processes that take turns (spec A.3): rounding mode and flags
 * included. Compressed loads and stores of them count among the instructions that must never be lost.
 */
#include <sys/syscall.h>

#include "baton.h"

#define TURNS 8

struct state {
	double f[32];
	unsigned long fcsr;
};

static void
load(const struct state *s)
{
	__asm__ volatile(
	    ".irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31\n"
	    "fld f\\n, 8*\\n(%0)\n"
	    ".endr\n"
	    "fscsr %1" : : "r"(s->f), "r"(s->fcsr));
}

static void
store(struct state *s)
{
	__asm__ volatile(
	    ".irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31\n"
	    "fsd f\\n, 8*\\n(%1)\n"
	    ".endr\n"
	    "frcsr %0" : "=r"(s->fcsr) : "r"(s->f) : "memory");
}

/* Yield in between, in the one assembly block: nothing else touches the registers. */
static void
yield_with(const struct state *in, struct state *out, int times)
{
	load(in);
	for (; times > 0; times--)
		__asm__ volatile(
		    "li	t6, %0\n"
		    ".option push\n.option norvc\n"
		    "ecall\n"
		    "nop\n"
		    "nop\n"
		    ".option pop\n" : : "i"(SYS_sched_yield) : "a0", "a1", "t6", "memory");
	store(out);
}

static struct state
pattern(int salt)
{
	struct state s;

	for (int i = 0; i < 32; i++)
		s.f[i] = salt * 100 + i + 0.25;
	s.fcsr = (unsigned long)(salt % 5) << 5 | (salt * 7 & 31);
	return s;
}

static void
check_same(const struct state *a, const struct state *b)
{
	for (int i = 0; i < 32; i++)
		if (memcmp(&a->f[i], &b->f[i], 8) != 0)
			CHECK_FAIL("pid %d: f%d is %#lx, not %#lx", getpid(), i, *(unsigned long *)&a->f[i],
			    *(unsigned long *)&b->f[i]);
	CHECK_EQ(a->fcsr, b->fcsr);
}

/* Several processes, each with its own registers, and one that never uses them. */
static void
test_turns(void)
{
	pid_t children[6];

	for (int i = 0; i < 6; i++) {
		children[i] = fork();
		if (children[i] == 0) {
			struct state mine = pattern(i + 1), got;

			if (i == 3)
				for (int n = 0; n < TURNS; n++)
					syscall(SYS_sched_yield);
			else {
				yield_with(&mine, &got, TURNS);
				check_same(&got, &mine);
			}
			_exit(0);
		}
	}
	for (int i = 0; i < 6; i++)
		expect_exit(children[i], 0);
}

/* A flag raised by an instruction that writes no floating-point register. */
static void
test_flags_alone(void)
{
	unsigned long flags;
	pid_t pid = fork();

	if (pid == 0) {
		for (int i = 0; i < TURNS; i++) {
			__asm__ volatile("fscsr zero; fdiv.d ft0, ft1, ft2" ::: "ft0");
			syscall(SYS_sched_yield);
		}
		_exit(0);
	}
	for (int i = 0; i < TURNS; i++) {
		__asm__ volatile("li t0, -1; fmv.d.x fa0, t0; fscsr zero" : : : "t0", "fa0");
		syscall(SYS_sched_yield);
		/* 0xfff...: a quiet NaN, for which flt raises "invalid". */
		__asm__ volatile("flt.d t0, fa0, fa0" : : : "t0");
		syscall(SYS_sched_yield);
		__asm__ volatile("frflags %0" : "=r"(flags));
		CHECK_EQ(flags, 0x10);
	}
	expect_exit(pid, 0);
}

/*
 * What a process leaves in the registers when it ends is nobody's. This runs first: once a process has used
 * floating point, its registers are exchanged with care.
 */
static void
test_left_over(void)
{
	static struct state zero, got, dirty;
	pid_t pid;

	/* 1.5 in every register, written without using one here. */
	for (int i = 0; i < 32; i++)
		memcpy(&dirty.f[i], &(unsigned long){ 0x3ff8000000000000 }, 8);
	dirty.fcsr = 0x7f;
	for (int i = 0; i < 3; i++) {
		pid = fork();
		if (pid == 0) {
			load(&dirty);
			_exit(0);
		}
		expect_exit(pid, 0);
		store(&got);
		check_same(&got, &zero);
		pid = fork();
		if (pid == 0) {
			store(&got);
			check_same(&got, &zero);
			_exit(0);
		}
		expect_exit(pid, 0);
	}
}

/* A new program starts with zeroes, whatever was there. */
static void
test_exec(void)
{
	struct state dirty = pattern(3);
	pid_t pid = fork();

	if (pid == 0) {
		load(&dirty);
		execl("/bin/floating_point", "floating_point", "child", (char *)NULL);
		_exit(1);
	}
	expect_exit(pid, 9);
}

/* Long arithmetic under preemption: two processes, different rounding, interrupted wherever a quantum ends. */
static void
test_preemption(void)
{
	volatile double step = 0.1;
	unsigned long sums[2];
	int fds[2];
	pid_t pid;

	CHECK_EQ(pipe(fds), 0);
	for (int i = 0; i < 2; i++) {
		pid = fork();
		if (pid == 0) {
			double sum = 0;

			__asm__ volatile("fsrm %0" : : "r"(2L + i));	/* down, up */
			for (int n = 0; n < 3000; n++)
				sum += step;
			write(fds[1], &sum, sizeof(sum));
			_exit(0);
		}
	}
	CHECK_EQ(read(fds[0], &sums[0], 8), 8);
	CHECK_EQ(read(fds[0], &sums[1], 8), 8);
	CHECK(sums[0] != sums[1]);
	/* What the two roundings give, computed without being disturbed. */
	for (int i = 0; i < 2; i++) {
		double sum = 0;
		unsigned long bits;

		__asm__ volatile("fsrm %0" : : "r"(2L + i));
		for (int n = 0; n < 3000; n++)
			sum += step;
		__asm__ volatile("fsrm zero");
		memcpy(&bits, &sum, 8);
		CHECK(bits == sums[0] || bits == sums[1]);
	}
	expect_exit(waitpid(-1, NULL, WNOWAIT), 0);
	expect_exit(waitpid(-1, NULL, WNOWAIT), 0);
}

int
main(int argc, char **argv)
{
	struct state zero = { .fcsr = 0 }, got;

	if (argc == 2) {
		store(&got);
		check_same(&got, &zero);
		return 9;
	}
	test_left_over();
	test_turns();
	test_flags_alone();
	test_exec();
	test_preemption();
	return 0;
}
