#include <stdlib.h>
#include <string.h>

#include "../include/libc_private.h"
#include "local.h"

struct stream {
	FILE file;
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

/* A stream with no flags yet, on the list that fflush(NULL) and exit walk. */
FILE *
__stdio_new(void)
{
	struct stream *stream = calloc(1, sizeof(*stream));

	if (stream == NULL)
		return NULL;
	stream->file._file = -1;
	stream->file._ext._base = (unsigned char *)&stream->ext;
	stream->next = streams;
	streams = stream;
	return &stream->file;
}

void
__stdio_delete(FILE *fp)
{
	fp->_flags = 0;
	fp->_file = -1;
	fp->_r = fp->_w = fp->_lbfsize = 0;
	for (struct stream **link = &streams; *link != NULL; link = &(*link)->next)
		if (&(*link)->file == fp) {
			struct stream *stream = *link;

			*link = stream->next;
			free(stream);
			return;
		}
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
	return fp->_flags & __SWR ? __stdio_flush(fp) : 0;
}

void
__stdio_cleanup(void)
{
	__stdio_each(flush_if_writing);
}
