#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "local.h"

/* A stream over memory of a fixed size. */
struct memory {
	char *buf;
	size_t size;		/* of buf */
	size_t length;		/* where the contents end: reads stop here */
	size_t position;
	bool append, owned;
};

static ssize_t
memory_read(void *cookie, void *to, size_t len)
{
	struct memory *m = cookie;
	size_t left = m->position < m->length ? m->length - m->position : 0;

	if (len > left)
		len = left;
	memcpy(to, m->buf + m->position, len);
	m->position += len;
	return (ssize_t)len;
}

static ssize_t
memory_write(void *cookie, const void *from, size_t len)
{
	struct memory *m = cookie;
	size_t room;

	if (m->append)
		m->position = m->length;
	room = m->position < m->size ? m->size - m->position : 0;
	if (room == 0) {
		errno = ENOSPC;
		return -1;
	}
	if (len > room)
		len = room;
	memcpy(m->buf + m->position, from, len);
	m->position += len;
	if (m->position > m->length) {
		m->length = m->position;
		/* The contents stay a string for as long as there is room. */
		if (m->length < m->size)
			m->buf[m->length] = '\0';
	}
	return (ssize_t)len;
}

static off_t
memory_seek(void *cookie, off_t offset, int whence)
{
	struct memory *m = cookie;

	if (whence == SEEK_CUR)
		offset += (off_t)m->position;
	else if (whence == SEEK_END)
		offset += (off_t)m->length;
	if (offset < 0 || (size_t)offset > m->size) {
		errno = EINVAL;
		return -1;
	}
	m->position = (size_t)offset;
	return offset;
}

static int
memory_close(void *cookie)
{
	struct memory *m = cookie;

	if (m->owned)
		free(m->buf);
	free(m);
	return 0;
}

FILE *
fmemopen(void *restrict buf, size_t size, const char *restrict mode)
{
	int unused, flags = __stdio_mode(mode, &unused);
	struct memory *m;
	FILE *fp;

	if (flags == 0)
		return NULL;
	if (size == 0 || (buf == NULL && !(flags & __SRW))) {
		errno = EINVAL;
		return NULL;
	}
	m = calloc(1, sizeof(*m));
	if (m == NULL)
		return NULL;
	m->owned = buf == NULL;
	m->buf = buf != NULL ? buf : calloc(1, size);
	m->size = size;
	fp = m->buf == NULL ? NULL : funopen2(m, flags & __SWR ? NULL : memory_read,
	    flags & __SRD ? NULL : memory_write, memory_seek, NULL, memory_close);
	if (fp == NULL) {
		if (m->owned)
			free(m->buf);
		free(m);
		return NULL;
	}
	switch (*mode) {
	case 'w':
		m->buf[0] = '\0';
		break;
	case 'a':
		m->length = m->position = strnlen(m->buf, size);
		m->append = true;
		break;
	default:
		m->length = size;
		break;
	}
	return fp;
}
