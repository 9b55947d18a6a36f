#include <errno.h>
#include <stdlib.h>

#include "local.h"

FILE *
funopen2(const void *cookie, ssize_t (*read_function)(void *, void *, size_t),
    ssize_t (*write_function)(void *, const void *, size_t),
    off_t (*seek_function)(void *, off_t, int), int (*flush_function)(void *),
    int (*close_function)(void *))
{
	FILE *fp;

	if (read_function == NULL && write_function == NULL) {
		errno = EINVAL;
		return NULL;
	}
	fp = __stdio_new();
	if (fp == NULL)
		return NULL;
	fp->_flags = read_function == NULL ? __SWR : write_function == NULL ? __SRD : __SRW;
	fp->_cookie = (void *)(uintptr_t)cookie;
	fp->_read = read_function;
	fp->_write = write_function;
	fp->_seek = seek_function;
	fp->_flush = flush_function;
	fp->_close = close_function;
	return fp;
}

/* funopen's functions count in int; these adapters stand between. */
struct narrow {
	void *cookie;
	int (*read)(void *, char *, int);
	int (*write)(void *, const char *, int);
	off_t (*seek)(void *, off_t, int);
	int (*close)(void *);
};

static ssize_t
narrow_read(void *cookie, void *buf, size_t len)
{
	struct narrow *n = cookie;

	return n->read(n->cookie, buf, len > INT32_MAX ? INT32_MAX : (int)len);
}

static ssize_t
narrow_write(void *cookie, const void *buf, size_t len)
{
	struct narrow *n = cookie;

	return n->write(n->cookie, buf, len > INT32_MAX ? INT32_MAX : (int)len);
}

static off_t
narrow_seek(void *cookie, off_t offset, int whence)
{
	struct narrow *n = cookie;

	return n->seek(n->cookie, offset, whence);
}

static int
narrow_close(void *cookie)
{
	struct narrow *n = cookie;
	int result = n->close != NULL ? n->close(n->cookie) : 0;

	free(n);
	return result;
}

FILE *
funopen(const void *cookie, int (*read_function)(void *, char *, int),
    int (*write_function)(void *, const char *, int),
    off_t (*seek_function)(void *, off_t, int), int (*close_function)(void *))
{
	struct narrow *n = malloc(sizeof(*n));
	FILE *fp;

	if (n == NULL)
		return NULL;
	n->cookie = (void *)(uintptr_t)cookie;
	n->read = read_function;
	n->write = write_function;
	n->seek = seek_function;
	n->close = close_function;
	fp = funopen2(n, read_function != NULL ? narrow_read : NULL,
	    write_function != NULL ? narrow_write : NULL,
	    seek_function != NULL ? narrow_seek : NULL, NULL, narrow_close);
	if (fp == NULL)
		free(n);
	return fp;
}
