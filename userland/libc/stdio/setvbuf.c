#include <limits.h>
#include <stdlib.h>

#include "local.h"

int
setvbuf(FILE *restrict fp, char *restrict buf, int mode, size_t size)
{
	LOCKED(fp);
	if ((mode != _IOFBF && mode != _IOLBF && mode != _IONBF) || size > INT_MAX)
		return EOF;
	if (fp->_flags & __SWR)
		__stdio_flush(fp);
	__stdio_drop_pushback(fp);
	if (fp->_flags & __SMBF)
		free(fp->_bf._base);
	fp->_flags &= (unsigned short)~(__SMBF | __SLBF | __SNBF | __SEOF);
	fp->_r = fp->_w = fp->_lbfsize = 0;
	fp->_p = fp->_bf._base = NULL;
	fp->_bf._size = 0;
	if (mode == _IONBF) {
		fp->_flags |= __SNBF;
		__stdio_make_buffer(fp);
	} else {
		/* Without a size the file decides it, when it is first needed:
		   but the caller's choice of mode must hold, so ask now. */
		if (buf == NULL && size == 0) {
			__stdio_make_buffer(fp);
			fp->_flags &= (unsigned short)~__SLBF;
		} else {
			if (buf == NULL) {
				buf = malloc(size);
				if (buf == NULL)
					return EOF;
				fp->_flags |= __SMBF;
			} else if (size == 0)
				return EOF;
			fp->_bf._base = fp->_p = (unsigned char *)buf;
			fp->_bf._size = (int)size;
		}
		if (mode == _IOLBF && !(fp->_flags & __SNBF))
			fp->_flags |= __SLBF;
	}
	if (fp->_flags & __SWR)
		__stdio_set_room(fp);
	return 0;
}

void
setbuf(FILE *restrict fp, char *restrict buf)
{
	setvbuf(fp, buf, buf != NULL ? _IOFBF : _IONBF, BUFSIZ);
}

void
setbuffer(FILE *fp, char *buf, int size)
{
	setvbuf(fp, buf, buf != NULL ? _IOFBF : _IONBF, (size_t)size);
}

int
setlinebuf(FILE *fp)
{
	return setvbuf(fp, NULL, _IOLBF, 0);
}
