#include "local.h"

size_t
fwrite(const void *restrict buf, size_t size, size_t count, FILE *restrict fp)
{
	LOCKED(fp);
	size_t total, done;

	if (size == 0 || count == 0)
		return 0;
	if (__builtin_mul_overflow(size, count, &total))
		total = SIZE_MAX / size * size;
	done = __stdio_write(fp, buf, total);
	return done == total ? count : done / size;
}
