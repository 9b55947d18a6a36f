#include <wchar.h>

#include "../string/word.h"

NO_LOOP_IDIOM size_t
wcslen(const wchar_t *s)
{
	const wchar_t *p = s;

	while (*p != L'\0')
		p++;
	return (size_t)(p - s);
}

NO_LOOP_IDIOM size_t
wcsnlen(const wchar_t *s, size_t max)
{
	size_t n = 0;

	while (n < max && s[n] != L'\0')
		n++;
	return n;
}
