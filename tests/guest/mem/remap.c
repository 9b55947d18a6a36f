/* mremap: shrinking, growing in place, moving, to a fixed place, doubling. */
#include <fcntl.h>

#include "mem.h"

#define RW (PROT_READ | PROT_WRITE)

static void
fill(char *p, int pages)
{
	for (int i = 0; i < pages; i++)
		p[i * PAGE] = (char)(i + 1);
}

static void
check(char *p, int pages)
{
	for (int i = 0; i < pages; i++)
		CHECK_EQ(p[i * PAGE], i + 1);
}

int
main(void)
{
	char *p = map_anon(8 * PAGE, RW), *q, *wall;
	int fd = open("/tmp/remap", O_RDWR | O_CREAT, 0600);

	fill(p, 8);
	/* Shrinking stays where it is. */
	CHECK(mremap(p, 8 * PAGE, NULL, 4 * PAGE, 0) == p);
	check(p, 4);
	CHECK_EQ(load_signal(p + 4 * PAGE), SIGSEGV);
	/* Growing into free space, too. */
	CHECK(mremap(p, 4 * PAGE, p, 8 * PAGE, 0) == p);
	check(p, 4);
	CHECK_EQ(p[4 * PAGE], 0);
	fill(p, 8);
	/* Against a wall it moves, and takes its pages along. */
	wall = mmap(p + 8 * PAGE, PAGE, PROT_READ, MAP_ANON | MAP_PRIVATE | MAP_FIXED, -1, 0);
	CHECK(wall == p + 8 * PAGE);
	q = mremap(p, 8 * PAGE, NULL, 12 * PAGE, 0);
	CHECK(q != MAP_FAILED && q != p);
	check(q, 8);
	CHECK_EQ(q[11 * PAGE], 0);
	CHECK_EQ(load_signal(p), SIGSEGV);
	/* A part of a mapping can move alone. */
	p = mremap(q + 2 * PAGE, 2 * PAGE, NULL, 20 * PAGE, 0);
	CHECK(p != MAP_FAILED);
	CHECK_EQ(p[0], 3);
	CHECK_EQ(p[PAGE], 4);
	CHECK_EQ(p[2 * PAGE], 0);
	CHECK_EQ(q[PAGE], 2);
	CHECK_EQ(q[4 * PAGE], 5);
	CHECK_EQ(load_signal(q + 2 * PAGE), SIGSEGV);
	CHECK_EQ(load_signal(q + 3 * PAGE), SIGSEGV);

	/* To a place of one's choice, in place of what was there. */
	char *there = map_anon(30 * PAGE, RW);
	memset(there, 9, 30 * PAGE);
	CHECK(mremap(p, 20 * PAGE, there + PAGE, 20 * PAGE, MAP_FIXED) == there + PAGE);
	CHECK_EQ(there[0], 9);
	CHECK_EQ(there[PAGE], 3);
	CHECK_EQ(there[21 * PAGE], 9);
	CHECK_EQ(load_signal(p), SIGSEGV);

	/* Copy-on-write survives the move. */
	p = map_anon(2 * PAGE, RW);
	strcpy(p, "before");
	pid_t pid = fork();
	if (pid == 0) {
		char *moved = mremap(p, 2 * PAGE, (void *)0x2000000000, 4 * PAGE, 0);
		if (moved == p)
			moved = mremap(p, 2 * PAGE, (void *)0x2000000000, 4 * PAGE, MAP_FIXED);
		CHECK(moved != MAP_FAILED);
		CHECK_STR(moved, "before");
		strcpy(moved, "after");
		_exit(0);
	}
	int status;
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 0);
	CHECK_STR(p, "before");

	/* A file keeps its offset and its sharing. */
	CHECK_EQ(ftruncate(fd, 4 * PAGE), 0);
	p = mmap(NULL, PAGE, RW, MAP_SHARED, fd, PAGE);
	strcpy(p, "second");
	q = mremap(p, PAGE, (void *)0x2100000000, 2 * PAGE, MAP_FIXED);
	CHECK(q == (void *)0x2100000000);
	CHECK_STR(q, "second");
	q[PAGE] = 'x';
	char c;
	CHECK_EQ(pread(fd, &c, 1, 2 * PAGE), 1);
	CHECK_EQ(c, 'x');

	/* Twice in one address space. */
	p = map_anon(2 * PAGE, RW);
	strcpy(p, "one");
	q = mremap(p, 2 * PAGE, NULL, 2 * PAGE, MAP_REMAPDUP);
	CHECK(q != MAP_FAILED && q != p);
	CHECK_STR(q, "one");
	strcpy(q, "two");
	CHECK_STR(p, "two");
	p[PAGE] = 5;
	CHECK_EQ(q[PAGE], 5);
	CHECK_EQ(munmap(p, 2 * PAGE), 0);
	CHECK_STR(q, "two");

	/* Refused. */
	CHECK(mremap(q, 0, NULL, PAGE, 0) == MAP_FAILED && errno == EINVAL);
	CHECK(mremap(q, PAGE, NULL, 0, 0) == MAP_FAILED && errno == EINVAL);
	CHECK(mremap(q + 1, PAGE, NULL, PAGE, 0) == MAP_FAILED && errno == EINVAL);
	CHECK(mremap((void *)0x1000000000, PAGE, NULL, PAGE, 0) == MAP_FAILED);
	CHECK(mremap(q, PAGE, q + 1, PAGE, MAP_FIXED) == MAP_FAILED && errno == EINVAL);
	CHECK(mremap(q, 2 * PAGE, q + PAGE, 2 * PAGE, MAP_FIXED) == MAP_FAILED && errno == EINVAL);
	CHECK(mremap(q, PAGE, (void *)0xffffffc000000000, PAGE, MAP_FIXED) == MAP_FAILED && errno == EINVAL);
	CHECK(mremap(q, PAGE, NULL, 1ul << 40, 0) == MAP_FAILED && errno == ENOMEM);
	CHECK(mremap(q, PAGE, NULL, 2 * PAGE, MAP_REMAPDUP) == MAP_FAILED && errno == EINVAL);
	CHECK_STR(q, "two");
	return 0;
}
