#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "local.h"

int
__stdio_writing(FILE *fp)
{
	if (!(fp->_flags & __SWR)) {
		if (!(fp->_flags & __SRW)) {
			errno = EBADF;
			fp->_flags |= __SERR;
			return EOF;
		}
		if (fp->_flags & __SRD) {
			__stdio_drop_pushback(fp);
			fp->_flags &= (unsigned short)~(__SRD | __SEOF);
			fp->_r = 0;
			fp->_p = fp->_bf._base;
		}
		fp->_flags |= __SWR;
		if (fp->_bf._base != NULL)
			__stdio_set_room(fp);
	}
	if (fp->_bf._base == NULL && !(fp->_flags & __SSTR)) {
		__stdio_make_buffer(fp);
		__stdio_set_room(fp);
	}
	return 0;
}

/* A string has no file behind it: it grows, or the excess is dropped. */
static size_t
write_string(FILE *fp, const void *buf, size_t len)
{
	size_t room = (size_t)fp->_w, n = len;

	if (len > room && fp->_flags & __SALC) {
		size_t held = bytes_held(fp), size = (size_t)fp->_bf._size + len + len / 2 + 64;
		unsigned char *grown;

		if (size > INT_MAX)
			size = held + len + 1;
		grown = size > INT_MAX ? NULL : realloc(fp->_bf._base, size);
		if (grown == NULL) {
			fp->_flags |= __SERR;
			errno = ENOMEM;
			return 0;
		}
		fp->_bf._base = grown;
		fp->_bf._size = (int)size;
		fp->_p = grown + held;
		/* One byte is kept for the terminating NUL. */
		fp->_w = (int)(size - held - 1);
	} else if (n > room)
		n = room;
	memcpy(fp->_p, buf, n);
	fp->_p += n;
	fp->_w -= (int)n;
	return len;
}

/* Straight from the caller's memory; returns how much was written. */
static size_t
write_direct(FILE *fp, const unsigned char *buf, size_t len)
{
	size_t done = 0;

	while (done < len) {
		ssize_t n = fp->_write == NULL ? -1 : fp->_write(fp->_cookie, buf + done, len - done);

		if (n <= 0) {
			fp->_flags |= __SERR;
			break;
		}
		done += (size_t)n;
	}
	return done;
}

/* How many of `done` bytes an error left unwritten in the buffer. */
static size_t
less_held(const FILE *fp, size_t done)
{
	size_t held = bytes_held(fp);

	return done > held ? done - held : 0;
}

/* Through the buffer; what is larger than the buffer goes past it. */
static size_t
write_buffered(FILE *fp, const unsigned char *buf, size_t len)
{
	size_t size = (size_t)fp->_bf._size, done = 0;

	while (len - done > size - bytes_held(fp)) {
		size_t n;

		if (bytes_held(fp) == 0) {
			n = (len - done) / size * size;
			done += write_direct(fp, buf + done, n);
			if (fp->_flags & __SERR)
				return done;
			continue;
		}
		n = size - bytes_held(fp);
		memcpy(fp->_p, buf + done, n);
		fp->_p += n;
		done += n;
		if (__stdio_flush_part(fp, size) == EOF)
			return less_held(fp, done);
	}
	memcpy(fp->_p, buf + done, len - done);
	fp->_p += len - done;
	fp->_w -= (int)(len - done);
	return len;
}

/* Returns how many of the bytes were taken; fewer only after an error. */
size_t
__stdio_write(FILE *fp, const void *buf, size_t len)
{
	const unsigned char *newline, *from = buf;
	size_t done;

	if (len == 0)
		return 0;
	if (__stdio_writing(fp) == EOF)
		return 0;
	if (fp->_flags & __SSTR)
		return write_string(fp, buf, len);
	if (fp->_flags & __SNBF)
		return write_direct(fp, buf, len);
	if (!(fp->_flags & __SLBF) || (newline = memrchr(buf, '\n', len)) == NULL)
		return write_buffered(fp, buf, len);
	done = (size_t)(newline + 1 - from);
	if (write_buffered(fp, from, done) != done)
		return 0;
	if (__stdio_flush(fp) == EOF)
		return less_held(fp, done);
	return done + write_buffered(fp, from + done, len - done);
}

/* putc() on a full buffer, or of a newline. */
int
__swbuf(int c, FILE *fp)
{
	unsigned char byte = (unsigned char)c;

	/* The macro has counted this byte already. */
	fp->_w++;
	return __stdio_write(fp, &byte, 1) == 1 ? byte : EOF;
}
