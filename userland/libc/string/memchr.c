#include <string.h>

#include "word.h"

NO_LOOP_IDIOM void *
memchr(const void *mem, int c, size_t len)
{
	const unsigned char *p = mem;
	uint64_t pattern = word_repeat(c);

	for (; len > 0 && WORD_OFFSET(p) != 0; p++, len--)
		if (*p == (unsigned char)c)
			return (void *)(uintptr_t)p;
	for (; len >= WORD_SIZE; p += WORD_SIZE, len -= WORD_SIZE) {
		uint64_t hit = word_zeros(*(const word_t *)p ^ pattern);

		if (hit != 0)
			return (void *)(uintptr_t)(p + word_first(hit));
	}
	for (; len > 0; p++, len--)
		if (*p == (unsigned char)c)
			return (void *)(uintptr_t)p;
	return NULL;
}
