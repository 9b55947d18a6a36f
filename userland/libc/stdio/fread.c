#include <string.h>

#include "local.h"

size_t
fread(void *restrict buf, size_t size, size_t count, FILE *restrict fp)
{
	LOCKED(fp);
	unsigned char *to = buf;
	size_t total, left;

	if (size == 0 || count == 0)
		return 0;
	if (__builtin_mul_overflow(size, count, &total))
		total = SIZE_MAX / size * size;
	left = total;
	for (;;) {
		size_t n = fp->_r > 0 ? (size_t)fp->_r : 0;

		if (n > left)
			n = left;
		memcpy(to, fp->_p, n);
		fp->_p += n;
		fp->_r -= (int)n;
		to += n;
		left -= n;
		if (left == 0)
			return count;
		/* A request larger than the buffer is read where it belongs. */
		if (fp->_flags & __SRD && fp->_bf._base != NULL && !has_pushback(fp) &&
		    !(fp->_flags & (__SEOF | __SSTR)) && left >= (size_t)fp->_bf._size) {
			ssize_t got = __stdio_read(fp, to, left);

			if (got <= 0)
				break;
			/* Nothing of it is in the buffer for a seek to find. */
			fp->_p = fp->_bf._base;
			fp->_r = 0;
			to += got;
			left -= (size_t)got;
			if (left == 0)
				return count;
		} else if (__stdio_refill(fp) == EOF)
			break;
	}
	return (total - left) / size;
}
