#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "local.h"

/*
 * The wide twin of open_memstream: what is written arrives as UTF-8, perhaps cut
 * inside a character, and is stored decoded.
 */
struct wide_memstream {
	wchar_t **result;
	size_t *result_size;
	wchar_t *buf;
	size_t size, length, position;	/* in characters */
	mbstate_t state;
};

static int
grow(struct wide_memstream *m, size_t need)
{
	size_t size = m->size;
	wchar_t *grown;

	if (need <= size)
		return 0;
	while (size < need)
		size *= 2;
	grown = realloc(m->buf, size * sizeof(*grown));
	if (grown == NULL)
		return -1;
	wmemset(grown + m->size, L'\0', size - m->size);
	m->buf = grown;
	m->size = size;
	return 0;
}

static void
publish(struct wide_memstream *m)
{
	*m->result = m->buf;
	*m->result_size = m->position < m->length ? m->position : m->length;
}

static ssize_t
wide_write(void *cookie, const void *from, size_t len)
{
	struct wide_memstream *m = cookie;
	const char *s = from;

	for (size_t i = 0; i < len; i++) {
		wchar_t wc;
		size_t n = mbrtowc(&wc, s + i, 1, &m->state);

		if (n == (size_t)-1)
			return -1;
		if (n == (size_t)-2)
			continue;
		if (grow(m, m->position + 2) != 0)
			return -1;
		m->buf[m->position++] = wc;
		if (m->position > m->length)
			m->length = m->position;
	}
	publish(m);
	return (ssize_t)len;
}

static off_t
wide_seek(void *cookie, off_t offset, int whence)
{
	struct wide_memstream *m = cookie;

	if (whence == SEEK_CUR)
		offset += (off_t)m->position;
	else if (whence == SEEK_END)
		offset += (off_t)m->length;
	if (offset < 0) {
		errno = EINVAL;
		return -1;
	}
	if (grow(m, (size_t)offset + 1) != 0)
		return -1;
	m->position = (size_t)offset;
	publish(m);
	return offset;
}

static int
wide_close(void *cookie)
{
	publish(cookie);
	free(cookie);
	return 0;
}

FILE *
open_wmemstream(wchar_t **result, size_t *result_size)
{
	struct wide_memstream *m;
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
	m->size = 64;
	m->buf = calloc(m->size, sizeof(*m->buf));
	fp = m->buf == NULL ? NULL : funopen2(m, NULL, wide_write, wide_seek, NULL, wide_close);
	if (fp == NULL) {
		free(m->buf);
		free(m);
		return NULL;
	}
	fwide(fp, 1);
	publish(m);
	return fp;
}
