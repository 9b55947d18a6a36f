/*
 * random(3): the additive feedback generator x[n] = x[n - separation] + x[n -
 * degree], whose trinomial the size of the state chooses.  The state array's
 * first word holds the type and the position, so that it can be put aside.
 */

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#include "../include/libc_lock.h"

struct kind {
	size_t bytes;		/* the least state that is enough */
	int degree, separation;
};

static const struct kind kinds[] = {
	{ 8, 0, 0 },		/* a linear congruential generator */
	{ 32, 7, 3 },
	{ 64, 15, 1 },
	{ 128, 31, 3 },
	{ 256, 63, 1 },
};

#define KINDS ((int)(sizeof(kinds) / sizeof(kinds[0])))

/* state[0] is kind + KINDS * position of the rear element. */
static int32_t first_state[32];
static int32_t *state = first_state;
static int kind = 3, rear, front;
static int seeded;
LIBC_LOCK lock;

/* Park and Miller's "minimal standard" fills the array. */
static int32_t
minimal_standard(int32_t x)
{
	int64_t next = (int64_t)(x != 0 ? x : 123459876) * 16807 % 2147483647;

	return (int32_t)(next < 0 ? next + 2147483647 : next);
}

static void
save_position(void)
{
	state[0] = kind + KINDS * rear;
}

static long next(void);

static void
start(unsigned int seed)
{
	int degree = kinds[kind].degree;

	seeded = 1;
	state[1] = (int32_t)seed;
	if (kind == 0)
		return;
	for (int i = 1; i < degree; i++)
		state[1 + i] = minimal_standard(state[i]);
	front = kinds[kind].separation;
	rear = 0;
	/* Let the simple generator's pattern wear off. */
	for (int i = 0; i < 10 * degree; i++)
		next();
}

void
srandom(unsigned int seed)
{
	libc_lock(&lock);
	start(seed);
	libc_unlock(&lock);
}

static long
next(void)
{
	uint32_t sum;
	int degree;

	if (!seeded)
		start(1);
	if (kind == 0) {
		state[1] = minimal_standard(state[1]);
		return state[1] & RANDOM_MAX;
	}
	degree = kinds[kind].degree;
	sum = (uint32_t)state[1 + front] + (uint32_t)state[1 + rear];
	state[1 + front] = (int32_t)sum;
	front = front + 1 < degree ? front + 1 : 0;
	rear = rear + 1 < degree ? rear + 1 : 0;
	/* The lowest bit is the least random one. */
	return (long)(sum >> 1);
}

long
random(void)
{
	long result;

	libc_lock(&lock);
	result = next();
	libc_unlock(&lock);
	return result;
}

char *
initstate(unsigned int seed, char *buf, size_t size)
{
	int32_t *old = state;

	if (size < kinds[0].bytes) {
		errno = EINVAL;
		return NULL;
	}
	libc_lock(&lock);
	save_position();
	for (kind = KINDS - 1; kinds[kind].bytes > size; kind--)
		continue;
	state = (int32_t *)(void *)buf;
	start(seed);
	save_position();
	libc_unlock(&lock);
	return (char *)old;
}

char *
setstate(char *buf)
{
	int32_t *old = state, *new = (int32_t *)(void *)buf;

	if (new[0] < 0 || (new[0] % KINDS == 0 ? new[0] / KINDS != 0 :
	    new[0] / KINDS >= kinds[new[0] % KINDS].degree)) {
		errno = EINVAL;
		return NULL;
	}
	libc_lock(&lock);
	save_position();
	state = new;
	kind = new[0] % KINDS;
	rear = new[0] / KINDS;
	if (kind != 0)
		front = (rear + kinds[kind].separation) % kinds[kind].degree;
	seeded = 1;
	libc_unlock(&lock);
	return (char *)old;
}
