/*
 * What the parts of stdio share.
 *
 * A stream is the header's FILE; the macros of <stdio.h> read and write _p, _r
 * and _w directly.  What they rely on:
 *
 *	reading		_r bytes are left at _p; _w is 0
 *	writing, full	_w bytes of room are left at _p; _r is 0
 *	writing, line	_w is minus the bytes held, _lbfsize minus the buffer size
 *	unbuffered	the buffer is _nbuf, one byte; _w is 0
 *
 * The cookie given to the stream's operations is the FILE itself, except for
 * streams made by funopen(3) and its like.
 */
#ifndef LIBC_STDIO_LOCAL_H
#define LIBC_STDIO_LOCAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "../include/libc_lock.h"

/* Who holds a stream, by thread pointer, and how often. The word is one of libc_lock.h. */
struct stream_lock {
	int word;
	int depth;
	void *owner;
};

/* What FILE has no room for; _ext._base points to it. */
struct stream_ext {
	struct stream_lock lock;	/* first: see stream_ext_clear */
	struct __sbuf pushback;		/* base is not NULL while ungetc'd bytes are being read */
	char *line;			/* fgetln's assembled line */
	size_t line_size;
	int orientation;		/* fwide(3): > 0 wide, < 0 bytes, 0 undecided */
	mbstate_t in, out;		/* partial characters of the wide functions */
};

static inline struct stream_ext *
stream_ext(FILE *fp)
{
	return (struct stream_ext *)(void *)fp->_ext._base;
}

/* As new, except for the lock: others may be waiting for it. */
static inline void
stream_ext_clear(struct stream_ext *ext)
{
	memset((char *)ext + sizeof(ext->lock), 0, sizeof(*ext) - sizeof(ext->lock));
}

/* flockfile.c: for the functions of stdio themselves. Nobody is cancelled with a stream locked by these. */
void __stdio_lock(FILE *);
bool __stdio_trylock(FILE *);
void __stdio_unlock(FILE *);

static inline FILE *
stream_lock(FILE *fp)
{
	if (!__isthreaded)
		return NULL;
	__stdio_lock(fp);
	return fp;
}

static inline void
stream_unlock(FILE **locked)
{
	if (*locked != NULL)
		__stdio_unlock(*locked);
	*locked = NULL;
}

/* The stream is the calling thread's until the block is left. */
#define LOCKED(fp)								\
	FILE *locked_ __attribute__((__cleanup__(stream_unlock), __unused__)) = stream_lock(fp)

static inline bool
has_pushback(FILE *fp)
{
	return stream_ext(fp)->pushback._base != NULL;
}

/* Bytes waiting in a stream that is being written. */
static inline size_t
bytes_held(const FILE *fp)
{
	return (size_t)(fp->_p - fp->_bf._base);
}

/* files.c: the table of streams. */
FILE *__stdio_new(void);
void __stdio_delete(FILE *);
int __stdio_each(int (*)(FILE *));

/* modes.c: "r+" and so on to stream flags (0: invalid) and open(2) flags. */
int __stdio_mode(const char *, int *);

/* fdio.c: operations on a file descriptor, and how a stream is tied to one. */
ssize_t __stdio_fd_read(void *, void *, size_t);
ssize_t __stdio_fd_write(void *, const void *, size_t);
off_t __stdio_fd_seek(void *, off_t, int);
int __stdio_fd_close(void *);
void __stdio_attach(FILE *, int fd, int flags);

/* buffer.c: give the stream the buffer its file calls for. */
void __stdio_make_buffer(FILE *);
void __stdio_drop_pushback(FILE *);
void __stdio_set_room(FILE *);

/* refill.c, flush.c, write.c: the work behind getc and putc. */
int __stdio_reading(FILE *);		/* enter read mode; 0 or EOF */
int __stdio_writing(FILE *);		/* enter write mode; 0 or EOF */
int __stdio_refill(FILE *);
ssize_t __stdio_read(FILE *, void *, size_t);
int __stdio_flush(FILE *);		/* write out all that is held */
int __stdio_flush_part(FILE *, size_t);
size_t __stdio_write(FILE *, const void *, size_t);

/* fseek.c */
off_t __stdio_tell(FILE *);

#endif
