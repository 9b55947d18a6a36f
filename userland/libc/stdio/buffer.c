#include <sys/stat.h>

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "local.h"

#define SMALLEST_BUFFER	1024
#define LARGEST_BUFFER	65536

static void
use_single_byte(FILE *fp)
{
	fp->_flags |= __SNBF;
	fp->_bf._base = fp->_p = fp->_nbuf;
	fp->_bf._size = 1;
}

/* What kind of file decides: a terminal is line buffered, the rest fully. */
void
__stdio_make_buffer(FILE *fp)
{
	struct stat st;
	size_t size = BUFSIZ;
	bool terminal = false;
	int saved = errno;

	if (fp->_flags & __SNBF) {
		use_single_byte(fp);
		return;
	}
	if (fp->_file >= 0 && fstat(fileno(fp), &st) == 0) {
		if (st.st_blksize > 0)
			size = (size_t)st.st_blksize;
		terminal = S_ISCHR(st.st_mode) && isatty(fileno(fp));
	}
	if (size < SMALLEST_BUFFER)
		size = SMALLEST_BUFFER;
	if (size > LARGEST_BUFFER)
		size = LARGEST_BUFFER;
	errno = saved;
	fp->_bf._base = malloc(size);
	if (fp->_bf._base == NULL) {
		use_single_byte(fp);
		return;
	}
	fp->_p = fp->_bf._base;
	fp->_bf._size = (int)size;
	fp->_flags |= __SMBF;
	if (terminal)
		fp->_flags |= __SLBF;
}

void
__stdio_drop_pushback(FILE *fp)
{
	struct stream_ext *ext = stream_ext(fp);

	if (ext->pushback._base != NULL && ext->pushback._base != fp->_ubuf)
		free(ext->pushback._base);
	ext->pushback._base = NULL;
}

/* Set _w and _lbfsize from what the buffer holds, for a stream being written. */
void
__stdio_set_room(FILE *fp)
{
	int held = (int)bytes_held(fp);

	if (fp->_flags & __SLBF) {
		fp->_lbfsize = -fp->_bf._size;
		fp->_w = -held;
	} else {
		fp->_lbfsize = 0;
		fp->_w = fp->_flags & __SNBF ? 0 : fp->_bf._size - held;
	}
}
