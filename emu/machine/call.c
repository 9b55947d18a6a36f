/*
 * System calls whose handler is known: from registers to the arguments of a Python function, and back
 * (calls.py). What the function does and what becomes of unusual results is the kernel's business.
 */
#include "machine.h"

enum { A0 = 9, A1, T6 = 30, PC }; /* words of a trap frame */
enum { ARGUMENTS = 8 };

/* A register as a Python integer. */
static PyObject *
argument(uint64_t kind, uint64_t word)
{
	switch (kind) {
	case SIGNED_32: return PyLong_FromLongLong((int32_t)word);
	case UNSIGNED_32: return PyLong_FromUnsignedLongLong((uint32_t)word);
	case SIGNED_64: return PyLong_FromLongLong((int64_t)word);
	default: return PyLong_FromUnsignedLongLong(word);
	}
}

static PyObject *
handle(struct call *call, PyObject *lwp, uint64_t *frame)
{
	PyObject *a[ARGUMENTS] = {NULL}, *result = NULL;
	int count = 0, failed = 0;

	for (uint64_t kinds = call->kinds, *word = &frame[A0]; kinds && !failed; kinds >>= 8, word++) {
		if ((kinds & 0xFF) == UNUSED)
			continue;
		failed = !(a[count] = argument(kinds & 0xFF, *word));
		count += !failed;
	}
	if (!failed) /* the first NULL ends the arguments */
		result = PyObject_CallFunctionObjArgs(call->handler, lwp, a[0], a[1], a[2], a[3], a[4], a[5],
		    a[6], a[7], NULL);
	while (count)
		Py_DecRef(a[--count]);
	return result;
}

/* Whether the LWP can go straight on: its flag `ast` is False. */
static int
undisturbed(struct calls *calls, PyObject *lwp)
{
	PyObject *ast = PyObject_GetAttr(lwp, calls->ast);

	if (!ast) {
		PyErr_Clear();
		return 0;
	}
	Py_DecRef(ast);
	return ast == &_Py_FalseStruct;
}

/* The two integers of a pair; 0 if they are none. */
static int
pair(PyObject *result, uint64_t *values)
{
	if (PyTuple_Size(result) != 2)
		return 0;
	for (int i = 0; i < 2; i++)
		values[i] = PyLong_AsUnsignedLongLongMask(PyTuple_GetItem(result, i));
	if (!PyErr_Occurred())
		return 1;
	PyErr_Clear();
	return 0;
}

/* Put a plain result into the trap frame; 0 if it is of another kind. */
static int
deliver(PyObject *result, uint64_t *frame)
{
	PyObject *type = PyObject_Type(result);
	uint64_t values[2];
	int plain = 1;

	Py_DecRef(type);
	if (result == &_Py_NoneStruct) {
		frame[A0] = frame[A1] = 0;
	} else if (type == &PyLong_Type) {
		frame[A0] = PyLong_AsUnsignedLongLongMask(result);
		frame[A1] = 0;
	} else if (type == &PyTuple_Type && pair(result, values)) {
		frame[A0] = values[0];
		frame[A1] = values[1];
	} else {
		plain = 0;
	}
	return plain;
}

/* Hand an exception to the kernel as an object. */
static PyObject *
raised(struct calls *calls)
{
	PyObject *type, *error, *traceback, *result;

	PyErr_Fetch(&type, &error, &traceback);
	PyErr_NormalizeException(&type, &error, &traceback);
	if (traceback)
		PyException_SetTraceback(error, traceback);
	result = PyObject_CallFunctionObjArgs(calls->on_error, error, NULL);
	Py_DecRef(type);
	Py_DecRef(error);
	if (traceback)
		Py_DecRef(traceback);
	return result;
}

struct call *
known_call(struct calls *calls, uint64_t *frame)
{
	uint64_t number = frame[T6];

	return calls && number < calls->limit && calls->call[number].handler ? &calls->call[number] : NULL;
}

PyObject *
system_call(struct calls *calls, struct call *call, PyObject *lwp, uint64_t *frame)
{
	PyObject *result, *settled;

	frame[PC] += calls->length;
	call->count++;
	result = handle(call, lwp, frame);
	if (!result)
		return raised(calls);
	if (deliver(result, frame) && undisturbed(calls, lwp))
		return result;
	settled = PyObject_CallFunctionObjArgs(calls->on_result, result, NULL);
	Py_DecRef(result);
	return settled;
}
