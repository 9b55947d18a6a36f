#include <string.h>
#include <strings.h>

#include "word.h"

NO_LOOP_IDIOM char *
strchrnul(const char *s, int c)
{
	uint64_t pattern = word_repeat(c);

	for (; WORD_OFFSET(s) != 0; s++)
		if (*s == (char)c || *s == '\0')
			return (char *)(uintptr_t)s;
	for (;;) {
		uint64_t w = *(const word_t *)s;

		if ((word_zeros(w) | word_zeros(w ^ pattern)) != 0)
			break;
		s += WORD_SIZE;
	}
	while (*s != (char)c && *s != '\0')
		s++;
	return (char *)(uintptr_t)s;
}

NO_LOOP_IDIOM char *
strchr(const char *s, int c)
{
	char *p = strchrnul(s, c);

	return *p == (char)c ? p : NULL;
}

#undef index
NO_LOOP_IDIOM char *
index(const char *s, int c)
{
	return strchr(s, c);
}
