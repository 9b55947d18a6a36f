#include <errno.h>
#include <stdlib.h>

#include "local.h"

int
fclose(FILE *fp)
{
	struct stream_ext *ext = stream_ext(fp);
	FILE *locked = stream_lock(fp);
	int result = 0;

	if (fp->_flags == 0) {
		stream_unlock(&locked);
		errno = EBADF;
		return EOF;
	}
	if (fp->_flags & (__SRD | __SWR))
		result = fflush(fp);
	if (fp->_close != NULL && fp->_close(fp->_cookie) == -1)
		result = EOF;
	__stdio_drop_pushback(fp);
	if (fp->_flags & __SMBF)
		free(fp->_bf._base);
	free(ext->line);
	stream_ext_clear(ext);
	fp->_bf._base = fp->_p = NULL;
	fp->_bf._size = 0;
	stream_unlock(&locked);
	__stdio_delete(fp);
	return result;
}
