#include <string.h>

#include "word.h"

/*
 * dst is word aligned and src is not: read aligned source words and splice
 * each pair, one load and one store for every eight bytes.
 */
NO_LOOP_IDIOM static size_t
copy_spliced(unsigned char *dst, const unsigned char *src, size_t words)
{
	unsigned low = (unsigned)WORD_OFFSET(src) * 8, high = 64 - low;
	const word_t *from = (const word_t *)(src - WORD_OFFSET(src));
	word_t *to = (word_t *)dst;
	uint64_t held = *from++;

	for (size_t i = 0; i < words; i++) {
		uint64_t next = *from++;

		to[i] = held >> low | next << high;
		held = next;
	}
	return words * WORD_SIZE;
}

NO_LOOP_IDIOM static size_t
copy_aligned(unsigned char *dst, const unsigned char *src, size_t words)
{
	const word_t *from = (const word_t *)src;
	word_t *to = (word_t *)dst;
	size_t i = 0;

	for (; i + 8 <= words; i += 8) {
		uint64_t a = from[i], b = from[i + 1], c = from[i + 2], d = from[i + 3];
		uint64_t e = from[i + 4], f = from[i + 5], g = from[i + 6], h = from[i + 7];

		to[i] = a;
		to[i + 1] = b;
		to[i + 2] = c;
		to[i + 3] = d;
		to[i + 4] = e;
		to[i + 5] = f;
		to[i + 6] = g;
		to[i + 7] = h;
	}
	for (; i < words; i++)
		to[i] = from[i];
	return words * WORD_SIZE;
}

NO_LOOP_IDIOM void *
memcpy(void *restrict dst0, const void *restrict src0, size_t len)
{
	unsigned char *dst = dst0;
	const unsigned char *src = src0;

	if (len >= 2 * WORD_SIZE) {
		size_t done;

		while (WORD_OFFSET(dst) != 0) {
			*dst++ = *src++;
			len--;
		}
		/* The splice reads one word ahead, which holds wanted bytes
		   only while more than a word's worth is left. */
		if (WORD_OFFSET(src) == 0)
			done = copy_aligned(dst, src, len / WORD_SIZE);
		else
			done = copy_spliced(dst, src, (len - 1) / WORD_SIZE);
		dst += done;
		src += done;
		len -= done;
	}
	while (len-- > 0)
		*dst++ = *src++;
	return dst0;
}
