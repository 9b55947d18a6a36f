#include <string.h>

#include "word.h"

NO_LOOP_IDIOM static void
copy_down(unsigned char *dst, const unsigned char *src, size_t len)
{
	if (((uintptr_t)dst ^ (uintptr_t)src) % WORD_SIZE == 0 && len >= WORD_SIZE) {
		for (; WORD_OFFSET(dst + len) != 0; len--)
			dst[len - 1] = src[len - 1];
		for (; len >= WORD_SIZE; len -= WORD_SIZE)
			*(word_t *)(dst + len - WORD_SIZE) =
			    *(const word_t *)(src + len - WORD_SIZE);
	}
	for (; len > 0; len--)
		dst[len - 1] = src[len - 1];
}

NO_LOOP_IDIOM static void
copy_up(unsigned char *dst, const unsigned char *src, size_t len)
{
	if (((uintptr_t)dst ^ (uintptr_t)src) % WORD_SIZE == 0 && len >= WORD_SIZE) {
		for (; WORD_OFFSET(dst) != 0; len--)
			*dst++ = *src++;
		for (; len >= WORD_SIZE; len -= WORD_SIZE) {
			*(word_t *)dst = *(const word_t *)src;
			dst += WORD_SIZE;
			src += WORD_SIZE;
		}
	}
	while (len-- > 0)
		*dst++ = *src++;
}

void *
memmove(void *dst, const void *src, size_t len)
{
	uintptr_t ahead = (uintptr_t)dst - (uintptr_t)src;
	uintptr_t behind = (uintptr_t)src - (uintptr_t)dst;

	if (ahead >= len && behind >= len)
		return memcpy(dst, src, len);
	if (ahead < len)
		copy_down(dst, src, len);
	else
		copy_up(dst, src, len);
	return dst;
}
