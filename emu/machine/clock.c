/*
 * The virtual clock's hot part: called before every translated block of guest code.
 *
 * Time is code retired, in bytes. A block that would pass the limit does not run: the hart stops exactly
 * before it, so where a quantum ends depends on the program and nothing else. Layout and rules are mirrored
 * by clock.py, which does the same, slower, where this cannot be built.
 */
#include <stdint.h>

struct clock {
	uint64_t used;     /* bytes of code retired, plus what the kernel charges for traps and idle time */
	uint64_t limit;    /* stop before `used` would pass this */
	uint64_t address;  /* the block entered last, so that a fault in its middle can be taken back */
	uint64_t size;
	uint64_t expired;  /* the limit was hit */
	uint64_t stepping; /* single steps are counted elsewhere */
	int (*stop)(void *); /* uc_emu_stop */
};

void
uarea_clock_block(void *uc, uint64_t address, uint32_t size, struct clock *c)
{
	if (c->stepping)
		return;
	if (c->used + size > c->limit) {
		c->size = 0;
		c->expired = 1;
		c->stop(uc);
		return;
	}
	c->used += size;
	c->address = address;
	c->size = size;
}
