#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "local.h"

/* A stream into memory that grows; the caller sees it after each flush. */
struct memstream {
	char **result;
	size_t *result_size;
	char *buf;
	size_t size, length, position;
};

static int
grow(struct memstream *m, size_t need)
{
	size_t size = m->size;
	char *grown;

	if (need <= size)
		return 0;
	while (size < need)
		size *= 2;
	grown = realloc(m->buf, size);
	if (grown == NULL)
		return -1;
	memset(grown + m->size, 0, size - m->size);
	m->buf = grown;
	m->size = size;
	return 0;
}

static void
publish(struct memstream *m)
{
	*m->result = m->buf;
	*m->result_size = m->position < m->length ? m->position : m->length;
}

static ssize_t
memstream_write(void *cookie, const void *from, size_t len)
{
	struct memstream *m = cookie;

	if (len > SSIZE_MAX - m->position - 1) {
		errno = EFBIG;
		return -1;
	}
	if (grow(m, m->position + len + 1) != 0)
		return -1;
	memcpy(m->buf + m->position, from, len);
	m->position += len;
	if (m->position > m->length)
		m->length = m->position;
	publish(m);
	return (ssize_t)len;
}

static off_t
memstream_seek(void *cookie, off_t offset, int whence)
{
	struct memstream *m = cookie;

	if (whence == SEEK_CUR)
		offset += (off_t)m->position;
	else if (whence == SEEK_END)
		offset += (off_t)m->length;
	if (offset < 0) {
		errno = EINVAL;
		return -1;
	}
	/* A gap is filled with zeros, which new memory here always is. */
	if (grow(m, (size_t)offset + 1) != 0)
		return -1;
	m->position = (size_t)offset;
	publish(m);
	return offset;
}

static int
memstream_close(void *cookie)
{
	publish(cookie);
	free(cookie);
	return 0;
}

FILE *
open_memstream(char **result, size_t *result_size)
{
	struct memstream *m;
	FILE *fp;

	if (result == NULL || result_size == NULL) {
		errno = EINVAL;
		return NULL;
	}
	m = calloc(1, sizeof(*m));
	if (m == NULL)
		return NULL;
	m->result = result;
	m->result_size = result_size;
	m->size = 128;
	m->buf = calloc(1, m->size);
	fp = m->buf == NULL ? NULL : funopen2(m, NULL, memstream_write, memstream_seek, NULL, memstream_close);
	if (fp == NULL) {
		free(m->buf);
		free(m);
		return NULL;
	}
	publish(m);
	return fp;
}
