#include <errno.h>
#include <limits.h>

#include "local.h"

/* The stream's position: the file's offset less what is read ahead. */
off_t
__stdio_tell(FILE *fp)
{
	off_t offset;

	if (fp->_seek == NULL) {
		errno = ESPIPE;
		return -1;
	}
	/* What append mode holds will land at the end, wherever the offset is. */
	if (fp->_flags & __SWR && fp->_flags & __SAPP && fp->_bf._base != NULL &&
	    bytes_held(fp) > 0 && __stdio_flush(fp) == EOF)
		return -1;
	offset = fp->_seek(fp->_cookie, 0, SEEK_CUR);
	if (offset == -1)
		return -1;
	if (fp->_flags & __SRD) {
		offset -= fp->_r;
		if (has_pushback(fp))
			offset -= fp->_ur;
	} else if (fp->_flags & __SWR && fp->_bf._base != NULL)
		offset += (off_t)bytes_held(fp);
	return offset;
}

/*
 * Move within what the buffer holds already, if the target lies there.  Not on
 * a stream that may be written next: the descriptor has to be at the position.
 */
static bool
seek_in_buffer(FILE *fp, off_t target, off_t now)
{
	off_t start, end;

	if (!(fp->_flags & __SRD) || fp->_bf._base == NULL || has_pushback(fp) ||
	    fp->_flags & (__SNBF | __SRW))
		return false;
	start = now - (fp->_p - fp->_bf._base);
	end = now + fp->_r;
	if (target < start || target > end)
		return false;
	fp->_p = fp->_bf._base + (target - start);
	fp->_r = (int)(end - target);
	return true;
}

int
fseeko(FILE *fp, off_t offset, int whence)
{
	LOCKED(fp);
	if (fp->_seek == NULL) {
		errno = ESPIPE;
		return -1;
	}
	if (whence != SEEK_SET && whence != SEEK_CUR && whence != SEEK_END) {
		errno = EINVAL;
		return -1;
	}
	if (fp->_flags & __SWR) {
		if (__stdio_flush(fp) == EOF)
			return -1;
	} else if (whence != SEEK_END && fp->_flags & __SRD && fp->_bf._base != NULL) {
		off_t now = __stdio_tell(fp);

		if (now == -1)
			return -1;
		if (whence == SEEK_CUR && __builtin_add_overflow(offset, now, &offset)) {
			errno = EOVERFLOW;
			return -1;
		}
		whence = SEEK_SET;
		if (offset < 0) {
			errno = EINVAL;
			return -1;
		}
		if (seek_in_buffer(fp, offset, now)) {
			fp->_flags &= (unsigned short)~__SEOF;
			return 0;
		}
	}
	if (fp->_seek(fp->_cookie, offset, whence) == -1)
		return -1;
	__stdio_drop_pushback(fp);
	fp->_p = fp->_bf._base;
	fp->_r = 0;
	fp->_flags &= (unsigned short)~__SEOF;
	return 0;
}

int
fseek(FILE *fp, long offset, int whence)
{
	return fseeko(fp, offset, whence);
}

off_t
ftello(FILE *fp)
{
	LOCKED(fp);
	return __stdio_tell(fp);
}

long
ftell(FILE *fp)
{
	return __stdio_tell(fp);
}

void
rewind(FILE *fp)
{
	LOCKED(fp);
	fseeko(fp, 0, SEEK_SET);
	fp->_flags &= (unsigned short)~(__SERR | __SEOF);
}

int
fgetpos(FILE *restrict fp, fpos_t *restrict pos)
{
	LOCKED(fp);
	pos->_pos = __stdio_tell(fp);
	pos->_mbstate_in = stream_ext(fp)->in;
	pos->_mbstate_out = stream_ext(fp)->out;
	return pos->_pos == -1 ? -1 : 0;
}

int
fsetpos(FILE *fp, const fpos_t *pos)
{
	LOCKED(fp);
	if (fseeko(fp, pos->_pos, SEEK_SET) == -1)
		return -1;
	stream_ext(fp)->in = pos->_mbstate_in;
	stream_ext(fp)->out = pos->_mbstate_out;
	return 0;
}
