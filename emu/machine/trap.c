/*
 * The way into the kernel and out of it for a hart whose registers lie where Unicorn has them (inplace.py):
 * what hart.py's Hart._trap does, for the three traps that come by the million. Everything else goes there.
 *
 * Called by Unicorn, inside uc_emu_start, which Python calls without letting go of its lock: so this may call
 * back into Python without ado. An exception that a handler raises stays set, and is raised where uc_emu_start
 * was called.
 */
#include "machine.h"

enum { ECALL_U = 8, FETCH_FAULT = 12, LOAD_FAULT = 13, STORE_FAULT = 15 };
enum { GPRS = 31, FRAME_PC = 31 };                             /* words of a trap frame */
enum { CPU_X1 = 1, CPU_PC = 64, CPU_RESERVED = 65, CPU_BADADDR = 68 }; /* words of Unicorn's CPU structure */

#define SATP_SV39 (UINT64_C(8) << 60)
#define FS_DIRTY (UINT64_C(3) << 13)

/* Mirrored by inplace.py. */
struct hart {
	uint64_t *cpu;     /* Unicorn's registers */
	uint64_t *frame;   /* the trap frame in emulated RAM */
	uint64_t stale;    /* a translation was downgraded since the last flush */
	uint64_t flush;    /* uc_ctl's command for that */
	struct clock *clock;
	int (*control)(void *, int, ...); /* uc_ctl */
	PyObject *on_syscall;
	PyObject *on_fault;
	PyObject *on_trap;
	PyObject *other;   /* Hart._trap */
	uint64_t *satp;    /* Unicorn's */
	uint64_t *mstatus; /* Unicorn's */
	PyObject *host;    /* the name of a TrapFrame's attribute: where it is */
	struct calls *calls; /* those that go straight to a function; NULL: all go to on_syscall */
	PyObject *lwp;     /* whose trap frame that is */
};

static inline void
save(struct hart *h, uint64_t pc)
{
	for (int i = 0; i < GPRS; i++)
		h->frame[i] = h->cpu[CPU_X1 + i];
	h->frame[FRAME_PC] = pc;
}

static inline void
flush(void *uc, struct hart *h)
{
	if (h->stale) {
		h->stale = 0;
		h->control(uc, (int)h->flush);
	}
}

/* The handler may have put another frame in the place of the one that was saved to. */
static inline void
load(void *uc, struct hart *h)
{
	flush(uc, h);
	for (int i = 0; i < GPRS; i++)
		h->cpu[CPU_X1 + i] = h->frame[i];
	h->cpu[CPU_PC] = h->frame[FRAME_PC];
}

/* Let a page fault be served; 0 if the LWP cannot go on at once, and `result` is what its trap came to. */
static int
page_fault(void *uc, struct hart *h, uint32_t cause, uint64_t pc, PyObject **result)
{
	struct clock *c = h->clock;
	PyObject *number = PyLong_FromUnsignedLongLong(cause);
	PyObject *address = PyLong_FromUnsignedLongLong(h->cpu[CPU_BADADDR]);
	int served;

	h->cpu[CPU_PC] = pc;
	if (cause != FETCH_FAULT) { /* a block that could not be fetched was not counted */
		c->used -= c->address + c->size - pc;
		c->size = pc - c->address;
	}
	*result = PyObject_CallFunctionObjArgs(h->on_fault, number, address, NULL);
	served = *result ? PyObject_IsTrue(*result) : 0;
	if (served < 0) {
		Py_DecRef(*result);
		*result = NULL;
		served = 0;
	}
	if (*result && !served) {
		Py_DecRef(*result);
		save(h, pc);
		*result = PyObject_CallFunctionObjArgs(h->on_trap, number, address, NULL);
	}
	Py_DecRef(number);
	Py_DecRef(address);
	if (served)
		flush(uc, h);
	return served;
}

static inline void
charge(struct clock *c)
{
	c->traps++;
	c->used += c->cost;
}

void
uarea_trap(void *uc, uint32_t cause, struct hart *h)
{
	uint64_t pc = h->cpu[CPU_PC] - 4; /* Unicorn has stepped over the instruction, by 4 whatever its length */
	PyObject *result;
	struct call *call;

	if (cause == ECALL_U) {
		charge(h->clock);
		save(h, pc);
		call = known_call(h->calls, h->frame);
		result = call ? system_call(h->calls, call, h->lwp, h->frame) : PyObject_CallNoArgs(h->on_syscall);
		if (result)
			load(uc, h);
	} else if (cause == LOAD_FAULT || cause == STORE_FAULT ||
	    (cause == FETCH_FAULT && h->cpu[CPU_BADADDR] >> 12 >= pc >> 12)) {
		charge(h->clock);
		if (!page_fault(uc, h, cause, pc, &result) && result)
			load(uc, h);
	} else {
		PyObject *number = PyLong_FromUnsignedLongLong(cause);

		result = PyObject_CallFunctionObjArgs(h->other, number, NULL);
		Py_DecRef(number);
	}
	if (result)
		Py_DecRef(result);
	else
		h->clock->stop(uc);
}

/* Hart.enter. */
static PyObject *
enter(PyObject *self, PyObject *const *arguments, Py_ssize_t count)
{
	struct hart *h = PyCapsule_GetPointer(self, NULL);
	PyObject *host = count == 3 ? PyObject_GetAttr(arguments[0], h->host) : NULL;
	uint64_t value[2]; /* the frame's address in the host, the root table's frame number */
	int valid;

	if (!host)
		return NULL;
	valid = words(&host, 1, &value[0]) >= 0 && words(&arguments[1], 1, &value[1]) >= 0;
	Py_DecRef(host);
	if (!valid)
		return NULL;
	h->frame = (uint64_t *)(uintptr_t)value[0];
	h->lwp = arguments[2];
	h->cpu[CPU_RESERVED] = UINT64_MAX;
	if (*h->satp != (SATP_SV39 | value[1])) {
		*h->satp = SATP_SV39 | value[1];
		h->stale = 1;
	}
	return Py_BuildValue("");
}

/* Hart.fpu_written. */
static PyObject *
fpu_written(PyObject *self, PyObject *const *arguments, Py_ssize_t count)
{
	struct hart *h = PyCapsule_GetPointer(self, NULL);

	(void)arguments;
	(void)count;
	return PyBool_FromLong((*h->mstatus & FS_DIRTY) == FS_DIRTY);
}

/* The function of this number, for this hart. */
PyObject *
uarea_hart(struct hart *h, int number)
{
	static PyMethodDef functions[] = {
		{"enter", enter, METH_FASTCALL, NULL},
		{"fpu_written", fpu_written, METH_FASTCALL, NULL},
	};

	return builtin(&functions[number], h);
}
