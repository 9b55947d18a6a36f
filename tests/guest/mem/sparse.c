/* mincore of far more than there is: it takes as long as there are pages. */
#include <sys/mman.h>

#include "check.h"

#define PAGE	4096UL
#define SIZE	(100UL << 30)

static size_t
in_core(char *p, size_t length, const char *vec)
{
	size_t n = 0;

	CHECK_EQ(mincore(p, length, (char *)vec), 0);
	for (size_t i = 0; i < length / PAGE; i++)
		n += vec[i];
	return n;
}

int
main(void)
{
	char *p = mmap(NULL, SIZE, PROT_NONE, MAP_ANON | MAP_PRIVATE, -1, 0);
	char *vec = mmap(NULL, SIZE / PAGE, PROT_READ | PROT_WRITE, MAP_ANON | MAP_PRIVATE, -1, 0);
	size_t far = SIZE / 2 + 5 * PAGE;
	char *shared;

	CHECK(p != MAP_FAILED && vec != MAP_FAILED);
	CHECK_EQ(mprotect(p + far, 2 * PAGE, PROT_READ | PROT_WRITE), 0);
	p[far] = p[far + PAGE] = 1;
	CHECK_EQ(mincore(p, SIZE, vec), 0);
	CHECK_EQ(vec[0], 0);
	CHECK_EQ(vec[far / PAGE - 1], 0);
	CHECK_EQ(vec[far / PAGE], 1);
	CHECK_EQ(vec[far / PAGE + 1], 1);
	CHECK_EQ(vec[far / PAGE + 2], 0);
	CHECK_EQ(vec[SIZE / PAGE - 1], 0);
	CHECK_EQ(in_core(p + far - PAGE, 2 * PAGE, vec), 1);
	CHECK_EQ(in_core(p + far + PAGE, 2 * PAGE, vec), 1);

	/* Pages of an object count wherever they were touched. */
	shared = mmap(NULL, 1024 * PAGE, PROT_READ | PROT_WRITE, MAP_ANON | MAP_SHARED, -1, 0);
	CHECK(shared != MAP_FAILED);
	shared[3 * PAGE] = shared[1000 * PAGE] = 1;
	CHECK_EQ(munmap(shared, PAGE), 0);
	CHECK_EQ(madvise(shared + PAGE, 1023 * PAGE, MADV_DONTNEED), 0);
	CHECK_EQ(in_core(shared + PAGE, 1023 * PAGE, vec), 2);
	CHECK_EQ(vec[2], 1);
	CHECK_EQ(vec[999], 1);
	CHECK_EQ(in_core(shared + 3 * PAGE, PAGE, vec), 1);
	CHECK_EQ(in_core(shared + 4 * PAGE, 996 * PAGE, vec), 0);
	return 0;
}
