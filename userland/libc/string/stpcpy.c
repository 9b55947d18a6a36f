#include <string.h>

#include "word.h"

NO_LOOP_IDIOM char *
stpcpy(char *restrict dst, const char *restrict src)
{
	if (((uintptr_t)dst ^ (uintptr_t)src) % WORD_SIZE == 0) {
		for (; WORD_OFFSET(src) != 0; src++, dst++)
			if ((*dst = *src) == '\0')
				return dst;
		for (;;) {
			uint64_t w = *(const word_t *)src;

			if (word_zeros(w) != 0)
				break;
			*(word_t *)dst = w;
			src += WORD_SIZE;
			dst += WORD_SIZE;
		}
	}
	for (; (*dst = *src) != '\0'; src++, dst++)
		continue;
	return dst;
}

NO_LOOP_IDIOM char *
strcpy(char *restrict dst, const char *restrict src)
{
	stpcpy(dst, src);
	return dst;
}
