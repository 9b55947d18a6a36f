#include <string.h>

#include "word.h"

NO_LOOP_IDIOM int
strcmp(const char *a0, const char *b0)
{
	const unsigned char *a = (const unsigned char *)a0;
	const unsigned char *b = (const unsigned char *)b0;

	if (((uintptr_t)a ^ (uintptr_t)b) % WORD_SIZE == 0) {
		for (; WORD_OFFSET(a) != 0; a++, b++)
			if (*a != *b || *a == '\0')
				return *a - *b;
		for (;;) {
			uint64_t w = *(const word_t *)a;

			if (w != *(const word_t *)b || word_zeros(w) != 0)
				break;
			a += WORD_SIZE;
			b += WORD_SIZE;
		}
	}
	for (; *a == *b && *a != '\0'; a++, b++)
		continue;
	return *a - *b;
}
