#include <stdlib.h>
#include <string.h>

#include "local.h"

/* Double the pushback buffer, keeping its contents at the far end. */
static int
grow_pushback(FILE *fp)
{
	struct __sbuf *pushback = &stream_ext(fp)->pushback;
	size_t size = (size_t)pushback->_size;
	unsigned char *grown = malloc(2 * size);

	if (grown == NULL)
		return EOF;
	memcpy(grown + size, pushback->_base, size);
	if (pushback->_base != fp->_ubuf)
		free(pushback->_base);
	pushback->_base = grown;
	pushback->_size = (int)(2 * size);
	fp->_p = grown + size;
	return 0;
}

int
ungetc(int c, FILE *fp)
{
	LOCKED(fp);
	struct __sbuf *pushback = &stream_ext(fp)->pushback;

	if (c == EOF || __stdio_reading(fp) == EOF)
		return EOF;
	c = (unsigned char)c;
	if (has_pushback(fp)) {
		if (fp->_r >= pushback->_size && grow_pushback(fp) == EOF)
			return EOF;
	} else if (fp->_bf._base != NULL && fp->_p > fp->_bf._base && fp->_p[-1] == c) {
		/* The usual case: it is what was just read. */
		fp->_p--;
		fp->_r++;
		fp->_flags &= (unsigned short)~__SEOF;
		return c;
	} else {
		fp->_up = fp->_p;
		fp->_ur = fp->_r;
		fp->_r = 0;
		pushback->_base = fp->_ubuf;
		pushback->_size = sizeof(fp->_ubuf);
		fp->_p = fp->_ubuf + sizeof(fp->_ubuf);
	}
	*--fp->_p = (unsigned char)c;
	fp->_r++;
	fp->_flags &= (unsigned short)~__SEOF;
	return c;
}
