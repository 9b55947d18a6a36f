/*
 * What the native parts of the machine share with each other and, word for word, with Python.
 */
#include "python.h"

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

/* How a register becomes an argument. Mirrored by calls.py, as the rest is. */
enum { UNUSED = 1, SIGNED_32, UNSIGNED_32, SIGNED_64, UNSIGNED_64 };

struct call {
	PyObject *handler; /* NULL: the kernel has none, or wants to see to it itself */
	uint64_t kinds;    /* of the registers from a0 on, a byte for each */
	uint64_t count;    /* how often it was called */
};

struct calls {
	uint64_t limit;    /* calls below this number may go this way */
	uint64_t length;   /* how far a call moves the pc */
	PyObject *ast;     /* an LWP's attribute that is False when it can go straight on after a call */
	PyObject *on_result;
	PyObject *on_error;
	struct call call[];
};

/*
 * In call.c: the call that a trap frame asks for, if it goes this way; and what comes of it, NULL for an exception.
 * The LWP that calls is the handler's first argument.
 */
OURS struct call *known_call(struct calls *, uint64_t *frame);
OURS PyObject *system_call(struct calls *, struct call *, PyObject *lwp, uint64_t *frame);
