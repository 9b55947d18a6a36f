/* The break: growing, shrinking, limits, what it may not run into. */
#include <sys/resource.h>
#include <sys/syscall.h>

#include "mem.h"

static void
limited(void)
{
	struct rlimit rl;
	char *start = sbrk(0);

	CHECK_EQ(getrlimit(RLIMIT_DATA, &rl), 0);
	rl.rlim_cur = 1 << 20;
	CHECK_EQ(setrlimit(RLIMIT_DATA, &rl), 0);
	CHECK(sbrk(1 << 19) != (void *)-1);
	CHECK_ERRNO((intptr_t)sbrk(1 << 20), ENOMEM);
	CHECK(sbrk(0) == start + (1 << 19));
	/* Smaller than what is in use: no more, but what there is stays. */
	rl.rlim_cur = PAGE;
	CHECK_EQ(setrlimit(RLIMIT_DATA, &rl), 0);
	CHECK_ERRNO((intptr_t)sbrk(PAGE), ENOMEM);
	CHECK_EQ(store_signal(start + 1000, 1), 0);
	CHECK(sbrk(-(1 << 19)) != (void *)-1);
}

int
main(void)
{
	char *start = sbrk(0), *p;

	CHECK(sbrk(0) == start);
	start = (char *)(((uintptr_t)start + PAGE - 1) & ~(PAGE - 1));
	CHECK_EQ(brk(start), 0);
	/* Little by little, across pages. */
	for (int i = 0; i < 5000; i++) {
		p = sbrk(3);
		CHECK(p == start + 3 * i);
		p[0] = p[1] = p[2] = (char)i;
	}
	for (int i = 0; i < 5000; i++)
		CHECK_EQ(start[3 * i + 1], (char)i);
	CHECK(sbrk(-15000) == start + 15000);
	CHECK(sbrk(0) == start);

	/* New memory is zero, and so is memory that was given back. */
	size_t size = 64 * PAGE;
	p = sbrk(size);
	CHECK(p == start);
	for (size_t i = 0; i < size; i++)
		CHECK_EQ(p[i], 0);
	memset(p, 0xa5, size);
	char *end = p + size;
	CHECK_EQ(load_signal(end), SIGSEGV);
	CHECK_EQ(load_signal(end - 1), 0);
	CHECK(sbrk(-(intptr_t)(32 * PAGE)) == p + size);
	CHECK_EQ(load_signal(end - 32 * PAGE), SIGSEGV);
	CHECK_EQ(load_signal(end - 32 * PAGE - 1), 0);
	CHECK(sbrk(32 * PAGE) == p + 32 * PAGE);
	for (char *q = end - 32 * PAGE; q < end; q += 512)
		CHECK_EQ(*q, 0);
	CHECK_EQ(p[31 * PAGE], (char)0xa5);
	CHECK_EQ(brk(start), 0);
	CHECK(sbrk(0) == start);

	/* Where it cannot go: below its start, to the end of the world, into a mapping. */
	CHECK_ERRNO(syscall(SYS_break, 0x1000ul), EINVAL);
	CHECK_EQ(brk((void *)0x1000), 0);	/* libc goes no lower than where it began */
	CHECK(sbrk(0) < start && (char *)sbrk(0) + PAGE > start);
	CHECK_EQ(brk(start), 0);
	CHECK_ERRNO((intptr_t)sbrk((intptr_t)1 << 38), ENOMEM);
	CHECK_ERRNO((intptr_t)sbrk(INTPTR_MAX), ENOMEM);
	CHECK(sbrk(0) == start);
	char *wall = (char *)(((uintptr_t)start + 20 * PAGE) & ~(PAGE - 1));
	CHECK(mmap(wall, PAGE, PROT_READ | PROT_WRITE, MAP_ANON | MAP_PRIVATE | MAP_FIXED, -1, 0) == wall);
	*wall = 77;
	CHECK_ERRNO((intptr_t)sbrk(40 * PAGE), ENOMEM);
	CHECK(sbrk(10 * PAGE) == start);
	CHECK_EQ(*wall, 77);
	CHECK_EQ(brk(start), 0);
	CHECK_EQ(munmap(wall, PAGE), 0);
	CHECK(sbrk(40 * PAGE) == start);
	CHECK_EQ(brk(start), 0);

	CHECK_CHILD(limited);

	/* A child's break is its own. */
	p = sbrk(PAGE);
	*p = 1;
	pid_t pid = fork();
	if (pid == 0) {
		CHECK(sbrk(0) == p + PAGE);
		CHECK(sbrk(100 * PAGE) == p + PAGE);
		*p = 2;
		_exit(0);
	}
	int status;
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 0);
	CHECK(sbrk(0) == p + PAGE);
	CHECK_EQ(*p, 1);
	return 0;
}
