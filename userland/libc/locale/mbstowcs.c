/* Whole strings, and the older interfaces that keep no state. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

size_t __mb_cur_max = 4;

size_t
_mb_cur_max_l(locale_t locale)
{
	(void)locale;
	return __mb_cur_max;
}

size_t
mbsnrtowcs(wchar_t *restrict dst, const char **restrict src, size_t bytes, size_t len,
    mbstate_t *restrict state)
{
	static mbstate_t own;
	const char *s = *src, *end = bytes > (size_t)(UINTPTR_MAX - (uintptr_t)s) ? NULL : s + bytes;
	size_t count = 0;

	if (state == NULL)
		state = &own;
	while (dst == NULL || count < len) {
		wchar_t wc;
		size_t n;

		if (s == end)
			break;
		n = mbrtowc(&wc, s, end == NULL ? MB_CUR_MAX : (size_t)(end - s), state);
		if (n == (size_t)-1) {
			if (dst != NULL)
				*src = s;
			return n;
		}
		if (n == (size_t)-2) {
			s = end;
			break;
		}
		if (dst != NULL)
			dst[count] = wc;
		if (n == 0) {
			if (dst != NULL)
				*src = NULL;
			return count;
		}
		s += n;
		count++;
	}
	if (dst != NULL)
		*src = s;
	return count;
}

size_t
mbsrtowcs(wchar_t *restrict dst, const char **restrict src, size_t len, mbstate_t *restrict state)
{
	return mbsnrtowcs(dst, src, SIZE_MAX, len, state);
}

size_t
wcsnrtombs(char *restrict dst, const wchar_t **restrict src, size_t wides, size_t len,
    mbstate_t *restrict state)
{
	const wchar_t *s = *src;
	size_t count = 0;

	for (; wides > 0; wides--, s++) {
		char bytes[8];
		size_t n = wcrtomb(bytes, *s, state);

		if (n == (size_t)-1) {
			if (dst != NULL)
				*src = s;
			return n;
		}
		if (dst != NULL) {
			if (n > len - count)
				break;
			memcpy(dst + count, bytes, n);
		}
		if (*s == L'\0') {
			if (dst != NULL)
				*src = NULL;
			return count;
		}
		count += n;
	}
	if (dst != NULL)
		*src = s;
	return count;
}

size_t
wcsrtombs(char *restrict dst, const wchar_t **restrict src, size_t len, mbstate_t *restrict state)
{
	return wcsnrtombs(dst, src, SIZE_MAX, len, state);
}

size_t
mbstowcs(wchar_t *restrict dst, const char *restrict src, size_t len)
{
	const char *rest = src;
	mbstate_t state;

	memset(&state, 0, sizeof(state));
	return mbsrtowcs(dst, &rest, len, &state);
}

size_t
wcstombs(char *restrict dst, const wchar_t *restrict src, size_t len)
{
	const wchar_t *rest = src;

	return wcsrtombs(dst, &rest, len, NULL);
}

int
mbtowc(wchar_t *restrict wc, const char *restrict s, size_t len)
{
	mbstate_t state;
	size_t n;

	if (s == NULL)
		return 0;
	memset(&state, 0, sizeof(state));
	n = mbrtowc(wc, s, len, &state);
	return n == (size_t)-2 ? -1 : (int)n;
}

int
mblen(const char *s, size_t len)
{
	return mbtowc(NULL, s, len);
}

int
wctomb(char *s, wchar_t wc)
{
	return s == NULL ? 0 : (int)wcrtomb(s, wc, NULL);
}

wint_t
btowc(int c)
{
	return c >= 0 && c < 0x80 ? c : WEOF;
}

int
wctob(wint_t wc)
{
	return wc >= 0 && wc < 0x80 ? wc : EOF;
}
