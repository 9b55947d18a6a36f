#include <string.h>

#include "word.h"

NO_LOOP_IDIOM size_t
strlen(const char *s)
{
	const char *p = s;
	uint64_t zeros;

	for (; WORD_OFFSET(p) != 0; p++)
		if (*p == '\0')
			return (size_t)(p - s);
	while ((zeros = word_zeros(*(const word_t *)p)) == 0)
		p += WORD_SIZE;
	return (size_t)(p - s) + word_first(zeros);
}
