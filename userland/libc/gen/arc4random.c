/*
 * Random numbers: the kernel's, taken in blocks.
 *
 * The block lies in a page that fork(2) empties in the child (MAP_INHERIT_ZERO), so that parent and child do
 * not go on with the same numbers, however the child was made.
 */
#include <sys/mman.h>
#include <sys/random.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "libc_lock.h"
#include "libc_private.h"

#define BLOCK 512

struct pool {
	size_t left;
	unsigned char bytes[BLOCK];
};

static struct pool *pool;
LIBC_LOCK lock;

int
getentropy(void *buffer, size_t size)
{
	ssize_t got;

	if (size > 256) {
		errno = EINVAL;
		return -1;
	}
	while (size > 0) {
		got = getrandom(buffer, size, 0);
		if (got == -1 && errno == EINTR)
			continue;
		if (got == -1)
			return -1;
		buffer = (char *)buffer + got;
		size -= got;
	}
	return 0;
}

static void
fill(void *buffer, size_t size)
{
	size_t n;

	for (; size > 0; size -= n) {
		n = size < 256 ? size : 256;
		if (getentropy(buffer, n) == -1)
			__libc_fatal("arc4random: the kernel has no random numbers");
		buffer = (char *)buffer + n;
	}
}

/* NULL when the page cannot be had or cannot be emptied on fork: then nothing may be kept. */
static struct pool *
get_pool(void)
{
	void *page;

	if (pool != NULL)
		return pool;
	page = mmap(NULL, sizeof(*pool), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
	if (page == MAP_FAILED)
		return NULL;
	if (minherit(page, sizeof(*pool), MAP_INHERIT_ZERO) == -1) {
		munmap(page, sizeof(*pool));
		return NULL;
	}
	return pool = page;
}

void
arc4random_buf(void *buffer, size_t size)
{
	int saved = errno;
	struct pool *p;

	libc_lock(&lock);
	p = size <= BLOCK / 2 ? get_pool() : NULL;
	if (p == NULL)
		fill(buffer, size);
	else {
		if (p->left < size) {
			fill(p->bytes, sizeof(p->bytes));
			p->left = sizeof(p->bytes);
		}
		p->left -= size;
		memcpy(buffer, p->bytes + p->left, size);
		/* What was handed out cannot be found here later. */
		memset(p->bytes + p->left, 0, size);
	}
	libc_unlock(&lock);
	errno = saved;
}

uint32_t
arc4random(void)
{
	uint32_t n;

	arc4random_buf(&n, sizeof(n));
	return n;
}

/* Every value below the bound equally often: the incomplete last round is thrown away. */
uint32_t
arc4random_uniform(uint32_t bound)
{
	uint32_t n, unfair;

	if (bound < 2)
		return 0;
	unfair = -bound % bound;
	do
		n = arc4random();
	while (n < unfair);
	return n % bound;
}

void
arc4random_stir(void)
{
	if (pool != NULL)
		pool->left = 0;
}

void
arc4random_addrandom(unsigned char *bytes, int count)
{
	(void)bytes;
	(void)count;
	arc4random_stir();
}
