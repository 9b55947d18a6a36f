/*
 * The virtual clock's hot part: called before every translated block of guest code.
 *
 * Time is code retired, in bytes. A block that would pass the limit does not run: the hart stops exactly
 * before it, so where a quantum ends depends on the program and nothing else. Layout and rules are mirrored
 * by clock.py, which does the same, slower, where this cannot be built.
 */
#include "machine.h"

void
uarea_clock_block(void *uc, uint64_t address, uint32_t size, struct clock *c)
{
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

/*
 * The same for a machine with a debugger: three hooks that also look whether to stop. They take the place of
 * the one above while a debugger is attached. A stop leaves everything as it was found: the block that was
 * about to be entered is not counted, the instruction that was about to run has not run, and resuming goes
 * through the same decisions as a run without stops. debug.py says what the fields are for.
 */
struct watch {
	uint64_t *word; /* in the host */
	uint64_t mask;
	uint64_t old;
};

enum { POSITION = 1, BREAK = 2, STEP = 4, WATCH = 8, ACCESS = 16, RESYNC = 32 };

struct debug {
	struct clock *clock;
	uint64_t stop;     /* a position: stop before the first instruction at or behind it */
	uint64_t reason;   /* why it stopped: the bits above */
	uint64_t pc;       /* before which instruction */
	uint64_t resume;   /* the next block is the rest of one that has been counted */
	uint64_t end;      /* where that one ends, if the translator would run past it */
	uint64_t pass;     /* the next block has been stopped at: it may begin */
	uint64_t hold;     /* keep `skip` for the next block */
	uint64_t skip;     /* do not stop at skip_pc: that is where we are */
	uint64_t skip_pc;
	uint64_t slow;     /* every instruction is looked at */
	uint64_t step;     /* stop at every instruction outside [low, high) */
	uint64_t low;
	uint64_t high;
	uint64_t last;     /* position of the last block entered */
	uint64_t previous; /* position of the last instruction looked at */
	uint64_t record;   /* do not stop for breaks and changes: remember the latest */
	uint64_t hits;
	uint64_t hit_low;  /* it lies between these positions */
	uint64_t hit_high;
	uint64_t accessed; /* a watched location was read or written */
	uint64_t watches;
	uint64_t deaf;     /* breakpoints are not for the process that runs */
	uint64_t quick;    /* a block that ends before this needs no closer look: 0 after any change */
	struct watch watch[32];
};

static int
changed(struct debug *d, uint64_t low, uint64_t high)
{
	int any = 0;

	for (uint64_t i = 0; i < d->watches; i++)
		if ((*d->watch[i].word & d->watch[i].mask) != d->watch[i].old) {
			if (!d->record)
				return 1;
			d->watch[i].old = *d->watch[i].word & d->watch[i].mask;
			any = 1;
		}
	if (any) {
		d->hits++;
		d->hit_low = low;
		d->hit_high = high;
	}
	return 0;
}

/* Not inlined, so that the quick way needs no stack frame. */
static __attribute__((noinline)) void
look_closely(void *uc, uint64_t address, uint32_t size, struct debug *d)
{
	struct clock *c = d->clock;

	if (d->resume) {
		uint64_t end = c->address + c->size;

		d->end = address + size > end ? end : 0;
		if (d->end && !d->slow) {
			d->reason = RESYNC;
			d->pc = address;
			c->stop(uc);
		} else
			d->resume = address + size < end;
		return;
	}
	d->end = 0;
	if (d->hold)
		d->hold = 0;
	else
		d->skip = 0;
	if (d->pass)
		d->pass = 0;
	else {
		uint64_t reason = 0;

		if (d->watches && changed(d, d->last, c->used))
			reason = WATCH;
		if (d->accessed)
			reason |= ACCESS;
		if (d->slow ? c->used >= d->stop : c->used + size > d->stop)
			reason |= POSITION;
		if (reason) {
			d->reason = reason;
			d->pc = address;
			c->stop(uc);
			return;
		}
	}
	if (c->used + size > c->limit) {
		c->size = 0;
		c->expired = 1;
		c->stop(uc);
		return;
	}
	d->last = c->used;
	c->used += size;
	c->address = address;
	c->size = size;
	d->quick = d->skip | d->slow | d->watches | d->accessed ? 0 : d->stop;
}

void
uarea_debug_block(void *uc, uint64_t address, uint32_t size, struct debug *d)
{
	struct clock *c = d->clock;
	uint64_t used = c->used, after = used + size;

	if (after > d->quick || after > c->limit) {
		look_closely(uc, address, size, d);
		return;
	}
	d->last = used;
	c->used = after;
	c->address = address;
	c->size = size;
}

static void
stop_at(void *uc, uint64_t address, struct debug *d, uint64_t reason)
{
	d->reason |= reason;
	d->pc = address;
	d->resume = !(reason & RESYNC);
	d->quick = 0;
	d->clock->stop(uc);
}

/* At an address with a breakpoint. */
void
uarea_debug_break(void *uc, uint64_t address, uint32_t size, struct debug *d)
{
	struct clock *c = d->clock;

	(void)size;
	if (d->reason || d->deaf || (d->skip && address == d->skip_pc) || (d->end && address == d->end))
		return;
	if (d->record) {
		uint64_t at = c->used - (c->address + c->size - address);

		if (at >= d->stop)
			return;
		d->hits++;
		d->hit_low = d->hit_high = at;
		d->skip = 1;
		d->skip_pc = address;
		d->quick = 0;
		return;
	}
	stop_at(uc, address, d, BREAK);
}

/* At every instruction, while `slow`. */
void
uarea_debug_step(void *uc, uint64_t address, uint32_t size, struct debug *d)
{
	struct clock *c = d->clock;
	uint64_t at = c->used - (c->address + c->size - address);
	uint64_t reason = 0;

	(void)size;
	if (d->reason & ~BREAK)
		return;
	if (d->end && address == d->end)
		reason = RESYNC;
	else {
		if (d->watches && changed(d, d->previous, at))
			reason |= WATCH;
		if (d->accessed)
			reason |= ACCESS;
		if (at >= d->stop)
			reason |= POSITION;
		if (d->step && !(d->skip && address == d->skip_pc) && (address < d->low || address >= d->high))
			reason |= STEP;
	}
	if (reason)
		stop_at(uc, address, d, reason);
	else if (!d->reason)
		d->previous = at;
}

/* At a load or store of the words that rwatch and awatch look at. */
void
uarea_debug_access(void *uc, int type, uint64_t address, int size, int64_t value, struct debug *d)
{
	(void)uc;
	(void)type;
	(void)address;
	(void)size;
	(void)value;
	d->accessed = 1;
	d->quick = 0;
}
