/* What the functions that Python calls have in common. */
#include "python.h"

PyObject *
builtin(PyMethodDef *function, void *context)
{
	PyObject *self = PyCapsule_New(context, NULL, NULL), *made;

	if (!self)
		return NULL;
	made = PyCFunction_NewEx(function, self, NULL);
	Py_DecRef(self);
	return made;
}

int
words(PyObject *const *arguments, Py_ssize_t count, uint64_t *values)
{
	for (Py_ssize_t i = 0; i < count; i++) {
		values[i] = PyLong_AsUnsignedLongLong(arguments[i]);
		if (values[i] == UINT64_MAX && PyErr_Occurred()) {
			if (!PyErr_ExceptionMatches(PyExc_OverflowError))
				return -1;
			PyErr_Clear();
			return 0;
		}
	}
	return 1;
}
