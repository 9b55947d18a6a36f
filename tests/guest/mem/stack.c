/* The stack: as deep as its limit, not deeper; moving the limit. */
#include <sys/resource.h>

#include "mem.h"

static uintptr_t top;
static volatile uintptr_t deepest;

static int
dive(long bytes)
{
	volatile char frame[2048];

	frame[0] = 1;
	frame[2047] = 2;
	deepest = top - (uintptr_t)frame;
	if (bytes <= 0)
		return frame[0];
	return dive(bytes - 2048) + frame[2047] - 2 + 0 * frame[1];
}

static long depth;

static void
dive_so_deep(void)
{
	dive(depth);
}

static void
set_limit(rlim_t bytes)
{
	struct rlimit rl;

	CHECK_EQ(getrlimit(RLIMIT_STACK, &rl), 0);
	rl.rlim_cur = bytes;
	CHECK_EQ(setrlimit(RLIMIT_STACK, &rl), 0);
}

static void
endless(void)
{
	dive(1l << 40);
}

int
main(void)
{
	struct rlimit rl;

	top = (uintptr_t)__builtin_frame_address(0);
	CHECK_EQ(getrlimit(RLIMIT_STACK, &rl), 0);
	CHECK_EQ(rl.rlim_cur, 4 << 20);
	CHECK_EQ(rl.rlim_max, 120 << 20);
	/* Just within, and beyond. */
	depth = (4 << 20) - 100 * 1024;
	CHECK_CHILD(dive_so_deep);
	depth = 4 << 20;
	CHECK_KILLED(dive_so_deep, SIGSEGV);
	CHECK_KILLED(endless, SIGSEGV);
	/* A higher limit takes effect at once, for children and for oneself. */
	set_limit(8 << 20);
	CHECK_CHILD(dive_so_deep);
	depth = (8 << 20) - 256 * 1024;
	CHECK_CHILD(dive_so_deep);
	depth = 8 << 20;
	CHECK_KILLED(dive_so_deep, SIGSEGV);
	/* A lower one, too. */
	set_limit(1 << 20);
	depth = 2 << 20;
	CHECK_KILLED(dive_so_deep, SIGSEGV);
	depth = 800 * 1024;
	CHECK_CHILD(dive_so_deep);
	set_limit(16 << 20);
	depth = 15 << 20;
	CHECK_CHILD(dive_so_deep);
	/* Not below what was used already. */
	dive(6 << 20);
	CHECK(deepest > 6 << 20);
	rl.rlim_cur = 4 << 20;
	CHECK_ERRNO(setrlimit(RLIMIT_STACK, &rl), EINVAL);
	CHECK_EQ(load_signal((char *)top - (5 << 20)), 0);
	/* Below the stack nothing is mapped by chance: mmap keeps clear of the largest there could be. */
	char *p = map_anon(PAGE, PROT_READ);
	CHECK(top - (uintptr_t)p > 120 << 20);
	CHECK_EQ(load_signal((char *)top - (20 << 20)), SIGSEGV);
	CHECK_EQ(load_signal((char *)top - (15 << 20)), 0);
	return 0;
}
