#include <unistd.h>

void
swab(const void *restrict src0, void *restrict dst0, ssize_t len)
{
	const unsigned char *src = src0;
	unsigned char *dst = dst0;

	for (; len > 1; len -= 2, src += 2, dst += 2) {
		unsigned char first = src[0];

		dst[0] = src[1];
		dst[1] = first;
	}
}
