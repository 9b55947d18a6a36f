#include <string.h>

#include "word.h"

NO_LOOP_IDIOM void *
memset(void *dst0, int c, size_t len)
{
	unsigned char *dst = dst0;

	if (len >= 2 * WORD_SIZE) {
		uint64_t w = word_repeat(c);
		word_t *to;
		size_t words, i = 0;

		for (; WORD_OFFSET(dst) != 0; len--)
			*dst++ = (unsigned char)c;
		to = (word_t *)dst;
		words = len / WORD_SIZE;
		for (; i + 8 <= words; i += 8) {
			to[i] = w;
			to[i + 1] = w;
			to[i + 2] = w;
			to[i + 3] = w;
			to[i + 4] = w;
			to[i + 5] = w;
			to[i + 6] = w;
			to[i + 7] = w;
		}
		for (; i < words; i++)
			to[i] = w;
		dst += words * WORD_SIZE;
		len -= words * WORD_SIZE;
	}
	while (len-- > 0)
		*dst++ = (unsigned char)c;
	return dst0;
}
