#include <string.h>
#include <strings.h>

#include "word.h"

NO_LOOP_IDIOM int
memcmp(const void *a0, const void *b0, size_t len)
{
	const unsigned char *a = a0, *b = b0;

	if (len >= WORD_SIZE && ((uintptr_t)a ^ (uintptr_t)b) % WORD_SIZE == 0) {
		for (; WORD_OFFSET(a) != 0; a++, b++, len--)
			if (*a != *b)
				return *a - *b;
		while (len >= WORD_SIZE && *(const word_t *)a == *(const word_t *)b) {
			a += WORD_SIZE;
			b += WORD_SIZE;
			len -= WORD_SIZE;
		}
	}
	for (; len > 0; a++, b++, len--)
		if (*a != *b)
			return *a - *b;
	return 0;
}

#undef bcmp
NO_LOOP_IDIOM int
bcmp(const void *a, const void *b, size_t len)
{
	return memcmp(a, b, len);
}
