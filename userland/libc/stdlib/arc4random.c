/*
 * Random numbers that cannot be predicted: the kernel's, taken in blocks.  A
 * child process must not repeat its parent's numbers, so a block is dropped
 * when the process is another than the one that fetched it.
 */

#include <sys/param.h>
#include <sys/random.h>
#include <sys/sysctl.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static unsigned char block[256];
static size_t left;
static pid_t owner;

static void
fetch(unsigned char *to, size_t len)
{
	while (len > 0) {
		static const int name[] = { CTL_KERN, KERN_ARND };
		size_t n = len < 256 ? len : 256;

		/* There is no good answer without a source of randomness. */
		if (sysctl(name, 2, to, &n, NULL, 0) == -1 || n == 0)
			abort();
		to += n;
		len -= n;
	}
}

void
arc4random_buf(void *buf, size_t len)
{
	unsigned char *to = buf;

	if (owner != getpid()) {
		owner = getpid();
		left = 0;
	}
	while (len > 0) {
		size_t n;

		if (left == 0) {
			fetch(block, sizeof(block));
			left = sizeof(block);
		}
		n = len < left ? len : left;
		memcpy(to, block + sizeof(block) - left, n);
		/* What has been given out must not be found in memory later. */
		explicit_memset(block + sizeof(block) - left, 0, n);
		left -= n;
		to += n;
		len -= n;
	}
}

uint32_t
arc4random(void)
{
	uint32_t value;

	arc4random_buf(&value, sizeof(value));
	return value;
}

/* Without the bias of a plain remainder: the incomplete last interval is rejected. */
uint32_t
arc4random_uniform(uint32_t bound)
{
	uint32_t least, value;

	if (bound < 2)
		return 0;
	least = -bound % bound;
	do
		value = arc4random();
	while (value < least);
	return value % bound;
}

void
arc4random_stir(void)
{
	left = 0;
}

/* The kernel's generator needs no help from here. */
void
arc4random_addrandom(unsigned char *data, int len)
{
	(void)data;
	(void)len;
	left = 0;
}
