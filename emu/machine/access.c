/*
 * What the kernel does with memory most often, as functions for Python. access.py says what they do, and does
 * the same, slower, where this cannot be had.
 */
#include "python.h"

#include <stdint.h>

enum { V = 1, R = 2, W = 4, U = 16 };
enum { USER_LOAD = V | R | U, USER_STORE = V | W | U };

#define PAGE 4096ULL
#define USER_END (1ULL << 38) /* of what Sv39 can map for user code */
#define PPN(entry) ((entry) >> 10)

/* Mirrored by access.py. */
struct memory {
	uint8_t *bytes;
	uint64_t frames; /* their number */
	uint8_t *code;   /* of each, whether the machine may hold a translation of what is in it */
	int32_t *refs;   /* of each, how many page-table entries and others name it */
	uint8_t *kind;   /* of each, what it is used for; 0: free */
	int32_t *stack;  /* free ones; the last is taken first */
	uint64_t count;  /* of those */
};

/*
 * Index of the leaf entry among the words of memory, or -1 where an entry above it lacks V or the one right above
 * it has one of the bits to avoid. There are no superpages.
 */
static int64_t
walk(const struct memory *m, uint64_t root, uint64_t va, uint64_t avoid)
{
	const uint64_t *words = (const uint64_t *)m->bytes;
	uint64_t entry;

	if (root >= m->frames || va >= USER_END)
		return -1;
	entry = words[(root << 9) + (va >> 30)];
	if (!(entry & V) || PPN(entry) >= m->frames)
		return -1;
	entry = words[(PPN(entry) << 9) + (va >> 21 & 511)];
	if ((entry & (V | avoid)) != V || PPN(entry) >= m->frames)
		return -1;
	return (int64_t)((PPN(entry) << 9) + (va >> 12 & 511));
}

/* Where the host has a user address, or NULL if user code could not do this there, or the kernel has to see to it. */
static uint8_t *
reach(const struct memory *m, uint64_t root, uint64_t va, uint64_t need)
{
	int64_t at = walk(m, root, va, 0);
	uint64_t entry = at < 0 ? 0 : ((const uint64_t *)m->bytes)[at];

	if ((entry & need) != need || PPN(entry) >= m->frames || (need == USER_STORE && m->code[PPN(entry)]))
		return NULL;
	return m->bytes + PPN(entry) * PAGE + va % PAGE;
}

static int
reachable(const struct memory *m, uint64_t root, uint64_t va, uint64_t length, uint64_t need)
{
	if (va >= USER_END || length > USER_END - va)
		return 0;
	for (uint64_t page = va - va % PAGE; length && page < va + length; page += PAGE)
		if (!reach(m, root, page, need))
			return 0;
	return 1;
}

/* Whether all of it could be moved: a store may change the very tables by which it finds its way. */
static int
move(const struct memory *m, uint64_t root, uint64_t va, uint8_t *buffer, uint64_t length, uint64_t need)
{
	while (length) {
		uint64_t room = PAGE - va % PAGE, n = room < length ? room : length;
		uint8_t *p = reach(m, root, va, need);

		if (!p)
			return 0;
		if (need == USER_LOAD)
			__builtin_memcpy(buffer, p, n);
		else
			__builtin_memcpy(p, buffer, n);
		va += n;
		buffer += n;
		length -= n;
	}
	return 1;
}

static struct memory *
memory_of(PyObject *self)
{
	return PyCapsule_GetPointer(self, NULL);
}

static PyObject *
leaf(PyObject *self, PyObject *const *arguments, Py_ssize_t count)
{
	uint64_t value[3]; /* root, va, bits to avoid */
	int valid = words(arguments, 3, value);

	(void)count;
	if (valid < 0)
		return NULL;
	return PyLong_FromLongLong(valid ? walk(memory_of(self), value[0], value[1], value[2]) : -1);
}

static PyObject *
load(PyObject *self, PyObject *const *arguments, Py_ssize_t count)
{
	struct memory *m = memory_of(self);
	uint64_t value[3]; /* root, va, length */
	int valid = words(arguments, 3, value);
	PyObject *bytes;

	(void)count;
	if (valid < 0)
		return NULL;
	if (!valid || !reachable(m, value[0], value[1], value[2], USER_LOAD))
		return Py_BuildValue("");
	bytes = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)value[2]);
	if (bytes)
		move(m, value[0], value[1], (uint8_t *)PyBytes_AsString(bytes), value[2], USER_LOAD);
	return bytes;
}

static PyObject *
store(PyObject *self, PyObject *const *arguments, Py_ssize_t count)
{
	struct memory *m = memory_of(self);
	uint64_t value[2]; /* root, va; then the bytes */
	int done = words(arguments, 2, value);
	Py_buffer buffer;

	(void)count;
	if (done < 0 || PyObject_GetBuffer(arguments[2], &buffer, 0) < 0)
		return NULL;
	done = done && reachable(m, value[0], value[1], (uint64_t)buffer.len, USER_STORE) &&
	    move(m, value[0], value[1], buffer.buf, (uint64_t)buffer.len, USER_STORE);
	PyBuffer_Release(&buffer);
	return PyBool_FromLong(done);
}

static uint64_t *
page_of(const struct memory *m, uint64_t pfn)
{
	if (pfn < m->frames)
		return (uint64_t *)(m->bytes + pfn * PAGE);
	PyErr_SetString(PyExc_IndexError, "no such frame");
	return NULL;
}

static PyObject *
zero(PyObject *self, PyObject *const *arguments, Py_ssize_t count)
{
	uint64_t pfn, *page;

	(void)count;
	if (words(arguments, 1, &pfn) != 1 || !(page = page_of(memory_of(self), pfn)))
		return NULL;
	__builtin_memset(page, 0, PAGE);
	return Py_BuildValue("");
}

static PyObject *
copy(PyObject *self, PyObject *const *arguments, Py_ssize_t count)
{
	struct memory *m = memory_of(self);
	uint64_t pfn[2], *to, *from;

	(void)count;
	if (words(arguments, 2, pfn) != 1 || !(to = page_of(m, pfn[0])) || !(from = page_of(m, pfn[1])))
		return NULL;
	__builtin_memcpy(to, from, PAGE);
	return Py_BuildValue("");
}

/* The next entry of a table from `i` on that is not 0, or 512. Most tables are mostly empty: eight at a time. */
static int
next(const uint64_t *table, int i)
{
	while (i < 512) {
		if (i % 8 == 0) {
			const uint64_t *e = table + i;

			if (!(e[0] | e[1] | e[2] | e[3] | e[4] | e[5] | e[6] | e[7])) {
				i += 8;
				continue;
			}
		}
		if (table[i])
			break;
		i++;
	}
	return i;
}

static int
append(PyObject *list, uint64_t value)
{
	PyObject *number = PyLong_FromUnsignedLongLong(value);
	int error = !number || PyList_Append(list, number) < 0;

	Py_DecRef(number);
	return error;
}

static PyObject *
used(PyObject *self, PyObject *const *arguments, Py_ssize_t count)
{
	struct memory *m = memory_of(self);
	uint64_t pfn, *table;
	PyObject *list;

	(void)count;
	if (words(arguments, 1, &pfn) != 1 || !(table = page_of(m, pfn)) || !(list = PyList_New(0)))
		return NULL;
	for (int i = next(table, 0); i < 512; i = next(table, i + 1))
		if (append(list, (pfn << 9) + (uint64_t)i)) {
			Py_DecRef(list);
			return NULL;
		}
	return list;
}

static PyObject *
clear(PyObject *self, PyObject *const *arguments, Py_ssize_t count)
{
	struct memory *m = memory_of(self);
	uint64_t value[4], *table; /* table, first entry, one behind the last, bits */

	(void)count;
	if (words(arguments, 4, value) != 1 || !(table = page_of(m, value[0])))
		return NULL;
	for (uint64_t i = value[1]; i < value[2] && i < 512; i++)
		table[i] &= ~value[3];
	return Py_BuildValue("");
}

static PyObject *
share(PyObject *self, PyObject *const *arguments, Py_ssize_t count)
{
	struct memory *m = memory_of(self);
	uint64_t value[3], *from, *to; /* the copy, the table, bits */

	(void)count;
	if (words(arguments, 3, value) != 1 || !(to = page_of(m, value[0])) || !(from = page_of(m, value[1])))
		return NULL;
	for (int i = next(from, 0); i < 512; i = next(from, i + 1)) {
		if (PPN(from[i]) < m->frames)
			m->refs[PPN(from[i])]++;
		from[i] &= ~value[2];
	}
	__builtin_memcpy(to, from, PAGE);
	return Py_BuildValue("");
}

static PyObject *
take(PyObject *self, PyObject *const *arguments, Py_ssize_t count)
{
	struct memory *m = memory_of(self);
	uint64_t value[2], pfn = 0, *page; /* kind, the frame to copy */

	(void)count;
	if (words(arguments, 2, value) != 1)
		return NULL;
	if (m->count)
		pfn = (uint64_t)m->stack[m->count - 1];
	if (!pfn || m->code[pfn])
		return PyLong_FromLongLong(0);
	if (!(page = page_of(m, pfn)))
		return NULL;
	if (!value[1])
		__builtin_memset(page, 0, PAGE);
	else if (value[1] < m->frames)
		__builtin_memcpy(page, page_of(m, value[1]), PAGE);
	m->count--;
	m->refs[pfn] = 1;
	m->kind[pfn] = (uint8_t)value[0];
	return PyLong_FromUnsignedLongLong(pfn);
}

static void let_go(struct memory *m, uint64_t pfn, uint64_t level);

/* Of what the entries [first, end) of a page table name: pages, or tables of a level. */
static void
let_go_of_entries(struct memory *m, uint64_t pfn, int first, int end, uint64_t level)
{
	const uint64_t *table = (const uint64_t *)(m->bytes + pfn * PAGE);

	for (int i = next(table, first); i < end; i = next(table, i + 1))
		if (PPN(table[i]) < m->frames)
			let_go(m, PPN(table[i]), level);
}

/* A frame that is a page table of some level is let go of with what its entries name. */
static void
let_go(struct memory *m, uint64_t pfn, uint64_t level)
{
	if (level && m->refs[pfn] == 1)
		let_go_of_entries(m, pfn, 0, 512, level - 1);
	if (--m->refs[pfn] == 0 && m->count < m->frames) {
		m->kind[pfn] = 0;
		m->stack[m->count++] = (int32_t)pfn;
	}
}

static PyObject *
drop(PyObject *self, PyObject *const *arguments, Py_ssize_t count)
{
	struct memory *m = memory_of(self);
	uint64_t value[2] = {0, 0}; /* frame, level */

	if (count < 1 || count > 2 || words(arguments, count, value) != 1 || !page_of(m, value[0]))
		return NULL;
	let_go(m, value[0], value[1] < 3 ? value[1] : 3);
	return Py_BuildValue("");
}

static PyObject *
release(PyObject *self, PyObject *const *arguments, Py_ssize_t count)
{
	struct memory *m = memory_of(self);
	uint64_t value[3]; /* table, first entry, one behind the last */

	(void)count;
	if (words(arguments, 3, value) != 1 || !page_of(m, value[0]))
		return NULL;
	let_go_of_entries(m, value[0], value[1] < 512 ? (int)value[1] : 512, value[2] < 512 ? (int)value[2] : 512, 0);
	return Py_BuildValue("");
}

static PyMethodDef functions[] = {
	{"leaf", leaf, METH_FASTCALL, NULL},
	{"load", load, METH_FASTCALL, NULL},
	{"store", store, METH_FASTCALL, NULL},
	{"zero", zero, METH_FASTCALL, NULL},
	{"copy", copy, METH_FASTCALL, NULL},
	{"used", used, METH_FASTCALL, NULL},
	{"clear", clear, METH_FASTCALL, NULL},
	{"share", share, METH_FASTCALL, NULL},
	{"release", release, METH_FASTCALL, NULL},
	{"take", take, METH_FASTCALL, NULL},
	{"drop", drop, METH_FASTCALL, NULL},
};

/* The function of this number, for this memory. */
PyObject *
uarea_access(struct memory *m, int number)
{
	return builtin(&functions[number], m);
}
