#include <stdlib.h>
#include <string.h>

#include "../include/libc_private.h"
#include "local.h"

/*
 * Streams that were closed stay on the list, for the next ones to use: so it can be walked without a lock, while
 * others open and close.
 */
struct stream {
	FILE file;
	bool in_use;
	struct stream_ext ext;
	struct stream *next;
};

static struct stream_ext standard_ext[3];

#define STANDARD(fd, flags)						\
	{								\
		._flags = (flags), ._file = (fd), ._cookie = &__sF[fd],	\
		._close = __stdio_fd_close, ._read = __stdio_fd_read,	\
		._seek = __stdio_fd_seek, ._write = __stdio_fd_write,	\
		._ext = { (unsigned char *)&standard_ext[fd], 0 },	\
	}

FILE __sF[3] = {
	STANDARD(0, __SRD),
	STANDARD(1, __SWR),
	STANDARD(2, __SWR | __SNBF),
};

static struct stream *streams;
static libc_lock_t streams_lock;	/* for what is in use, and to add to the list */

/* Somebody who walks the list may still be looking at the lock, so that and the pointer to it stay. */
static void
renew(struct stream *stream)
{
	unsigned char *fp = (unsigned char *)&stream->file;
	const size_t ext = offsetof(FILE, _ext), behind = ext + sizeof(stream->file._ext);

	memset(fp, 0, ext);
	memset(fp + behind, 0, sizeof(stream->file) - behind);
	stream->file._file = -1;
	stream_ext_clear(&stream->ext);
	stream->file._ext._base = (unsigned char *)&stream->ext;
}

/* A stream with no flags yet, on the list that fflush(NULL) and exit walk. */
FILE *
__stdio_new(void)
{
	struct stream *stream;

	libc_lock(&streams_lock);
	for (stream = streams; stream != NULL && stream->in_use; stream = stream->next)
		continue;
	if (stream == NULL && (stream = calloc(1, sizeof(*stream))) != NULL) {
		stream->next = streams;
		__atomic_store_n(&streams, stream, __ATOMIC_RELEASE);
	}
	if (stream != NULL)
		stream->in_use = true;
	libc_unlock(&streams_lock);
	if (stream == NULL)
		return NULL;
	renew(stream);
	return &stream->file;
}

void
__stdio_delete(FILE *fp)
{
	fp->_flags = 0;
	fp->_file = -1;
	fp->_r = fp->_w = fp->_lbfsize = 0;
	libc_lock(&streams_lock);
	for (struct stream *stream = streams; stream != NULL; stream = stream->next)
		if (&stream->file == fp)
			stream->in_use = false;
	libc_unlock(&streams_lock);
}

/* Call for every open stream; EOF if any call gave EOF. */
int
__stdio_each(int (*function)(FILE *))
{
	int result = 0;

	for (int i = 0; i < 3; i++)
		if (__sF[i]._flags != 0 && function(&__sF[i]) == EOF)
			result = EOF;
	for (struct stream *stream = streams; stream != NULL; stream = stream->next)
		if (stream->file._flags != 0 && function(&stream->file) == EOF)
			result = EOF;
	return result;
}

static int
flush_if_writing(FILE *fp)
{
	if ((fp->_flags & __SWR) == 0)
		return 0;
	LOCKED(fp);
	return fp->_flags & __SWR ? __stdio_flush(fp) : 0;
}

void
__stdio_cleanup(void)
{
	__stdio_each(flush_if_writing);
}

/* For a fork in a process with several threads. */
void __stdio_before_fork(void);
void __stdio_after_fork(bool);

void
__stdio_before_fork(void)
{
	libc_lock(&streams_lock);
}

/* What other threads had locked, nobody would unlock in the child. */
static int
take_back(FILE *fp)
{
	struct stream_lock *lock = &stream_ext(fp)->lock;

	if (lock->owner != __builtin_thread_pointer())
		*lock = (struct stream_lock){ .word = 0 };
	return 0;
}

void
__stdio_after_fork(bool in_child)
{
	libc_unlock(&streams_lock);
	if (in_child)
		__stdio_each(take_back);
}
