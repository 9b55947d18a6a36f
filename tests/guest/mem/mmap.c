/* mmap of anonymous memory: places, hints, alignment, what it refuses. */
#include <sys/resource.h>
#include <fcntl.h>

#include "mem.h"

#define RW (PROT_READ | PROT_WRITE)
#define AP (MAP_ANON | MAP_PRIVATE)

static void
check_refused(void *p, int error, int line)
{
	if (p != MAP_FAILED || errno != error)
		CHECK_FAIL("line %d: %p, errno %d, not %d", line, p, errno, error);
}

#define REFUSED(error, addr, len, prot, flags, fd, off)				\
	check_refused((errno = 0, mmap((void *)(addr), len, prot, flags, fd, off)), error, __LINE__)

static void
address_limit(void)
{
	struct rlimit rl = { 64 << 20, RLIM_INFINITY };

	CHECK_EQ(setrlimit(RLIMIT_AS, &rl), 0);
	REFUSED(ENOMEM, 0, 64 << 20, RW, AP, -1, 0);
	CHECK(mmap(NULL, 1 << 20, RW, AP, -1, 0) != MAP_FAILED);
}

int
main(void)
{
	char *p, *q;

	/* Zero-filled, below the stack, each below the one before. */
	p = map_anon(10 * PAGE, RW);
	for (size_t i = 0; i < 10 * PAGE; i += 256)
		CHECK_EQ(p[i], 0);
	q = map_anon(PAGE, RW);
	CHECK(q < p);
	CHECK((uintptr_t)p % PAGE == 0);
	CHECK((char *)&p > p);
	/* A length that is no multiple of a page is rounded up. */
	q = map_anon(1, RW);
	CHECK_EQ(store_signal(q + PAGE - 1, 1), 0);
	/* Neither shared nor private is private. */
	q = mmap(NULL, PAGE, RW, MAP_ANON, -1, 0);
	CHECK(q != MAP_FAILED);
	*q = 5;
	if (fork() == 0) {
		*q = 6;
		_exit(0);
	}
	wait(NULL);
	CHECK_EQ(*q, 5);

	/* A hint is taken if it is free, rounded up to a page; otherwise it goes elsewhere. */
	uintptr_t free_at = 0x2000000000;
	CHECK((uintptr_t)mmap((void *)free_at, PAGE, RW, AP, -1, 0) == free_at);
	CHECK((uintptr_t)mmap((void *)(free_at + 5 * PAGE + 1), PAGE, RW, AP, -1, 0) == free_at + 6 * PAGE);
	q = mmap((void *)free_at, PAGE, RW, AP, -1, 0);
	CHECK(q != MAP_FAILED && (uintptr_t)q != free_at);
	q = mmap((void *)~0ul, PAGE, RW, AP, -1, 0);
	CHECK(q != MAP_FAILED);
	q = mmap((void *)1, PAGE, RW, AP, -1, 0);
	CHECK(q != MAP_FAILED && q != NULL);

	/* Fixed: exactly there, in place of what was there. */
	strcpy(p + 4 * PAGE, "old");
	q = mmap(p + 4 * PAGE, 2 * PAGE, RW, AP | MAP_FIXED, -1, 0);
	CHECK(q == p + 4 * PAGE);
	CHECK_EQ(*q, 0);
	CHECK_EQ(store_signal(p + 3 * PAGE, 1), 0);
	CHECK_EQ(store_signal(p + 6 * PAGE, 1), 0);
	q = mmap(p, 10 * PAGE, PROT_READ, AP | MAP_FIXED, -1, 0);
	CHECK(q == p);
	CHECK_EQ(store_signal(p + 3 * PAGE, 1), SIGSEGV);
	CHECK_EQ(p[3 * PAGE], 0);
	REFUSED(EINVAL, p + 1, PAGE, RW, AP | MAP_FIXED, -1, 0);
	REFUSED(EINVAL, 0, PAGE, RW, AP | MAP_FIXED, -1, 0);
	REFUSED(EFBIG, 0x3fffff0000, PAGE, RW, AP | MAP_FIXED, -1, 0);
	REFUSED(EFBIG, 0x3ffffef000, 2 * PAGE, RW, AP | MAP_FIXED, -1, 0);
	REFUSED(EFBIG, 0xffffffc000000000, PAGE, RW, AP | MAP_FIXED, -1, 0);
	REFUSED(EFBIG, 0x0000800000000000, PAGE, RW, AP | MAP_FIXED, -1, 0);
	REFUSED(EOVERFLOW, ~0ul - PAGE + 1, 2 * PAGE, RW, AP | MAP_FIXED, -1, 0);
	/* Where the stack is, too: at the reader's risk. The lowest and highest pages there are: */
	CHECK((uintptr_t)mmap((void *)PAGE, PAGE, RW, AP | MAP_FIXED, -1, 0) == PAGE);
	*(volatile char *)PAGE = 1;
	CHECK_EQ(munmap((void *)PAGE, PAGE), 0);
	CHECK((uintptr_t)mmap((void *)0x3ffffef000, PAGE, RW, AP | MAP_FIXED, -1, 0) == 0x3ffffef000);
	CHECK_EQ(store_signal((void *)0x3ffffeffff, 1), 0);
	CHECK_EQ(load_signal((void *)0x3fffff0000), SIGSEGV);

	/* Aligned. */
	for (int shift = 12; shift <= 32; shift += 4) {
		q = mmap(NULL, 3 * PAGE, RW, AP | MAP_ALIGNED(shift), -1, 0);
		CHECK(q != MAP_FAILED);
		CHECK_EQ((uintptr_t)q & ((1ul << shift) - 1), 0);
		CHECK_EQ(store_signal(q + 3 * PAGE - 1, 1), 0);
	}
	REFUSED(EINVAL, 0, PAGE, RW, AP | MAP_ALIGNED(11), -1, 0);
	REFUSED(ENOMEM, 0, PAGE, RW, AP | MAP_ALIGNED(40), -1, 0);
	REFUSED(EINVAL, 0, PAGE, RW, AP | MAP_ALIGNED(64), -1, 0);
	REFUSED(EINVAL, free_at + PAGE, PAGE, RW, AP | MAP_FIXED | MAP_ALIGNED(16), -1, 0);

	/* Refused. */
	REFUSED(EINVAL, 0, 0, RW, AP, -1, 0);
	REFUSED(EINVAL, 0, PAGE, RW, AP | MAP_SHARED, -1, 0);
	REFUSED(EINVAL, 0, PAGE, RW, AP, 0, 0);
	REFUSED(EINVAL, 0, PAGE, RW, AP, 3, 0);
	REFUSED(ENOMEM, 0, 1ul << 38, RW, AP, -1, 0);
	REFUSED(ENOMEM, 0, 1ul << 62, RW, AP, -1, 0);
	REFUSED(ENOMEM, 0, ~0ul, RW, AP, -1, 0);
	REFUSED(EBADF, 0, PAGE, RW, MAP_PRIVATE, -1, 0);
	REFUSED(EBADF, 0, PAGE, RW, MAP_PRIVATE, 99, 0);
	CHECK_CHILD(address_limit);

	/* Much more than there is RAM may be mapped; what is touched counts. */
	p = map_anon(64ul << 30, RW);
	for (size_t i = 0; i < 64ul << 30; i += 4ul << 30)
		p[i] = 1;
	CHECK_EQ(p[60ul << 30], 1);
	CHECK_EQ(p[(60ul << 30) + 1], 0);
	CHECK_EQ(munmap(p, 64ul << 30), 0);

	/* Every protection, on fresh pages. */
	for (int prot = 0; prot < 8; prot++) {
		p = map_anon(2 * PAGE, prot);
		CHECK_EQ(load_signal(p), prot & PROT_READ ? 0 : SIGSEGV);
		CHECK_EQ(store_signal(p + PAGE, 1), prot & PROT_WRITE ? 0 : SIGSEGV);
	}
	return 0;
}
