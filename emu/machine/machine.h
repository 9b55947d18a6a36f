/*
 * What the native parts of the machine share with each other and, word for word, with Python.
 */
#include <stddef.h>
#include <stdint.h>

/* Mirrored by clock.py. */
struct clock {
	uint64_t used;     /* bytes of code retired, plus what the kernel charges for traps and idle time */
	uint64_t limit;    /* stop before `used` would pass this */
	uint64_t address;  /* the block entered last, so that a fault in its middle can be taken back */
	uint64_t size;
	uint64_t expired;  /* the limit was hit */
	int (*stop)(void *); /* uc_emu_stop */
	uint64_t traps;    /* how many there were */
	uint64_t cost;     /* what a trap takes */
};
