/* The allocator: contents survive, zeroed is zeroed, alignment is kept, limits are errors. */
#include <malloc.h>
#include <stdint.h>
#include <unistd.h>

#include "../check.h"

#define BLOCKS 300
#define ROUNDS 20000

static unsigned char *block[BLOCKS];
static size_t size[BLOCKS];

static uint32_t
next(void)
{
	static uint32_t state = 1;

	state = state * 1664525 + 1013904223;
	return state >> 8;
}

static unsigned char
pattern(size_t i, size_t at)
{
	return i * 7 + at;
}

static void
fill(size_t i)
{
	size_t at;

	for (at = 0; at < size[i]; at += 1 + size[i] / 13)
		block[i][at] = pattern(i, at);
}

static void
verify(size_t i, size_t upto)
{
	size_t at;

	for (at = 0; at < upto; at += 1 + size[i] / 13)
		CHECK_EQ(block[i][at], pattern(i, at));
}

static size_t
some_size(void)
{
	uint32_t kind = next() % 100;

	return next() % (kind == 0 ? 150000 : kind < 10 ? 10000 : 300);
}

static void
allocate(size_t i)
{
	size_t alignment = 16u << next() % 9, at;
	void *p;

	size[i] = some_size();
	switch (next() % 4) {
	case 0:
		block[i] = calloc(1, size[i]);
		CHECK(block[i] != NULL);
		for (at = 0; at < size[i]; at++)
			CHECK_EQ(block[i][at], 0);
		break;
	case 1:
		CHECK_EQ(posix_memalign(&p, alignment, size[i]), 0);
		CHECK_EQ((uintptr_t)p % alignment, 0);
		block[i] = p;
		break;
	default:
		block[i] = malloc(size[i]);
	}
	CHECK(block[i] != NULL);
	CHECK_EQ((uintptr_t)block[i] % 16, 0);
	CHECK(malloc_usable_size(block[i]) >= size[i]);
	fill(i);
}

static void
resize(size_t i)
{
	size_t new_size = some_size();
	unsigned char *p = realloc(block[i], new_size);

	CHECK(p != NULL);
	block[i] = p;
	verify(i, new_size < size[i] ? new_size : size[i]);
	size[i] = new_size;
	fill(i);
}

int
main(void)
{
	volatile size_t huge = SIZE_MAX / 2;
	void *volatile got;
	int i, round, *array = NULL;
	char *start;

	for (round = 0; round < ROUNDS; round++) {
		i = next() % BLOCKS;
		if (block[i] == NULL)
			allocate(i);
		else if (next() % 3 == 0)
			resize(i);
		else {
			verify(i, size[i]);
			free(block[i]);
			block[i] = NULL;
		}
	}
	for (i = 0; i < BLOCKS; i++)
		free(block[i]);

	errno = 0;
	got = malloc(huge);
	CHECK(got == NULL);
	CHECK_EQ(errno, ENOMEM);
	got = malloc(huge * 2);
	CHECK(got == NULL);
	got = calloc(huge, 3);
	CHECK(got == NULL);
	got = reallocarray(NULL, huge, 3);
	CHECK(got == NULL);
	CHECK_EQ(reallocarr(&array, 10, sizeof(*array)), 0);
	array[9] = 9;
	CHECK_EQ(reallocarr(&array, huge, sizeof(*array)), ENOMEM);
	CHECK_EQ(array[9], 9);
	CHECK_EQ(reallocarr(&array, 0, sizeof(*array)), 0);
	CHECK(array == NULL);
	CHECK_EQ(posix_memalign((void **)&array, 24, 1), EINVAL);
	errno = 5;
	free(NULL);
	free(malloc(200000));
	CHECK_EQ(errno, 5);

	/* The break is the program's too. */
	start = sbrk(8192);
	CHECK(start != (char *)-1);
	memset(start, 0xff, 8192);
	for (i = 0; i < 2000; i++) {
		char *p = calloc(1, 500);

		CHECK(p < start || p >= start + 8192);
		CHECK_EQ(p[0] | p[499], 0);
	}
	CHECK_EQ((unsigned char)start[0] & (unsigned char)start[8191], 0xff);
	return 0;
}
