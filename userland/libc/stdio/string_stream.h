/* A FILE on the stack that reads from a string, for sscanf and swscanf. */
#ifndef LIBC_STDIO_STRING_STREAM_H
#define LIBC_STDIO_STRING_STREAM_H

#include <limits.h>
#include <string.h>

#include "local.h"

static inline ssize_t
nothing_more(void *cookie, void *buf, size_t len)
{
	(void)cookie;
	(void)buf;
	(void)len;
	return 0;
}

static inline void
open_string(FILE *fp, struct stream_ext *ext, const char *s)
{
	size_t len = strlen(s);

	*ext = (struct stream_ext){ .line = NULL };
	*fp = (FILE){
		._flags = __SRD | __SSTR, ._file = -1, ._read = nothing_more,
		._r = len > INT_MAX ? INT_MAX : (int)len,
	};
	fp->_bf._base = fp->_p = (unsigned char *)(uintptr_t)s;
	fp->_bf._size = fp->_r;
	fp->_ext._base = (unsigned char *)ext;
}

#endif
