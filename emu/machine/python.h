/*
 * What the machine uses of Python: a part of its stable ABI, declared here because its headers are not
 * everywhere. The functions are those of the process that loads the library.
 */
#include <stddef.h>
#include <stdint.h>

typedef struct _object PyObject;
typedef ptrdiff_t Py_ssize_t;

PyObject *PyObject_CallFunctionObjArgs(PyObject *, ...);
PyObject *PyObject_CallNoArgs(PyObject *);
int PyObject_IsTrue(PyObject *);
PyObject *PyObject_GetAttr(PyObject *, PyObject *);
PyObject *PyObject_Type(PyObject *);
void Py_DecRef(PyObject *);

PyObject *Py_BuildValue(const char *, ...);
PyObject *PyBool_FromLong(long);
PyObject *PyLong_FromLongLong(long long);
PyObject *PyLong_FromUnsignedLongLong(unsigned long long);
unsigned long long PyLong_AsUnsignedLongLong(PyObject *);
unsigned long long PyLong_AsUnsignedLongLongMask(PyObject *);
Py_ssize_t PyTuple_Size(PyObject *);
PyObject *PyTuple_GetItem(PyObject *, Py_ssize_t);
PyObject *PyBytes_FromStringAndSize(const char *, Py_ssize_t);
char *PyBytes_AsString(PyObject *);
PyObject *PyList_New(Py_ssize_t);
int PyList_Append(PyObject *, PyObject *);
PyObject *PyCapsule_New(void *, const char *, void *);
void *PyCapsule_GetPointer(PyObject *, const char *);

extern PyObject _Py_NoneStruct, _Py_FalseStruct, PyLong_Type, PyTuple_Type; /* of which the address says it all */

extern PyObject *PyExc_IndexError;
extern PyObject *PyExc_OverflowError;
PyObject *PyErr_Occurred(void);
int PyErr_ExceptionMatches(PyObject *);
void PyErr_Clear(void);
void PyErr_Fetch(PyObject **, PyObject **, PyObject **);
void PyErr_NormalizeException(PyObject **, PyObject **, PyObject **);
int PyException_SetTraceback(PyObject *, PyObject *);
void PyErr_SetString(PyObject *, const char *);

typedef struct {
	void *buf;
	PyObject *obj;
	Py_ssize_t len;
	Py_ssize_t itemsize;
	int readonly;
	int ndim;
	char *format;
	Py_ssize_t *shape;
	Py_ssize_t *strides;
	Py_ssize_t *suboffsets;
	void *internal;
} Py_buffer;

int PyObject_GetBuffer(PyObject *, Py_buffer *, int); /* with flags of 0: contiguous bytes, read only */
void PyBuffer_Release(Py_buffer *);

typedef PyObject *Builtin(PyObject *self, PyObject *const *arguments, Py_ssize_t count);

typedef struct {
	const char *name;
	Builtin *function;
	int flags;
	const char *doc;
} PyMethodDef;

enum { METH_FASTCALL = 0x80 };

PyObject *PyCFunction_NewEx(PyMethodDef *, PyObject *self, PyObject *module);

/* Ours, in python.c. */
#define OURS __attribute__((visibility("hidden")))

/* A function whose self is a capsule with this context. */
OURS PyObject *builtin(PyMethodDef *, void *context);

/* Arguments as 64-bit words: 1; 0 if one is an integer that is no such word; -1 and an exception if one is none. */
OURS int words(PyObject *const *arguments, Py_ssize_t count, uint64_t *values);
