/* Code that is stored to through one mapping and runs through another, or through the same with other permissions. */
#include <fcntl.h>

#include "mem.h"

#define RW	(PROT_READ | PROT_WRITE)
#define RX	(PROT_READ | PROT_EXEC)
#define RWX	(RW | PROT_EXEC)
#define FUNCTIONS 6 /* each in a block of its own */

/* Functions that return first, first + 1, ...: li a0, n; ret */
static void
put(char *page, int first)
{
	for (int i = 0; i < FUNCTIONS; i++) {
		volatile uint32_t *p = (uint32_t *)(page + i * 256);
		p[0] = (uint32_t)(first + i) << 20 | 0x513;
		p[1] = 0x8067;
	}
	__asm__ volatile("fence.i" ::: "memory");
}

static void
expect(char *page, int first)
{
	for (int i = 0; i < FUNCTIONS; i++)
		CHECK_EQ(((int (*)(void))(page + i * 256))(), first + i);
}

static char *
map_code(int fd, int prot, int flags)
{
	char *p = mmap(NULL, PAGE, prot, flags, fd, 0);

	CHECK(p != MAP_FAILED);
	return p;
}

/* A shared mapping that was written to, and then may do everything; its code has run. */
static char *
written_and_run(int fd)
{
	char *p = map_code(fd, RW, MAP_SHARED);

	put(p, 10);
	CHECK_EQ(mprotect(p, PAGE, RWX), 0);
	expect(p, 10);
	return p;
}

int
main(void)
{
	int fd = open("/tmp/code", O_CREAT | O_RDWR, 0755);

	CHECK_EQ(ftruncate(fd, PAGE), 0);
	/* One mapping that is made writable, stored to, and made executable again. */
	for (int shared = 0; shared < 2; shared++) {
		char *p = map_code(fd, RWX, shared ? MAP_SHARED : MAP_PRIVATE);
		put(p, 1);
		expect(p, 1);
		CHECK_EQ(mprotect(p, PAGE, RW), 0);
		put(p, 101);
		CHECK_EQ(mprotect(p, PAGE, RX), 0);
		expect(p, 101);
		CHECK_EQ(munmap(p, PAGE), 0);
	}
	/* A mapping that may do both, and one that may execute, then only store. */
	char *w = written_and_run(fd);
	char *x = map_code(fd, RX, MAP_SHARED);
	expect(x, 10);
	CHECK_EQ(mprotect(w, PAGE, RW), 0);
	for (int first = 20; first < 50; first += 10) {
		put(w, first);
		expect(x, first);
	}
	CHECK_EQ(munmap(x, PAGE) | munmap(w, PAGE), 0);
	/* Two that may do both. */
	char *a = written_and_run(fd);
	char *b = map_code(fd, RWX, MAP_SHARED);
	expect(b, 10);
	put(a, 20);
	expect(b, 20);
	put(b, 30);
	expect(b, 30);
	put(a, 40);
	expect(b, 40);
	expect(a, 40);
	return 0;
}
