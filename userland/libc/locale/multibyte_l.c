/* The locale_t variants: there is one locale, so they differ only in their argument. */

#include <stdlib.h>
#include <wchar.h>

wint_t
btowc_l(int c, locale_t locale)
{
	(void)locale;
	return btowc(c);
}

int
wctob_l(wint_t wc, locale_t locale)
{
	(void)locale;
	return wctob(wc);
}

int
mbsinit_l(const mbstate_t *state, locale_t locale)
{
	(void)locale;
	return mbsinit(state);
}

size_t
mbrlen_l(const char *restrict s, size_t len, mbstate_t *restrict state, locale_t locale)
{
	(void)locale;
	return mbrlen(s, len, state);
}

size_t
mbrtowc_l(wchar_t *restrict wc, const char *restrict s, size_t len, mbstate_t *restrict state, locale_t locale)
{
	(void)locale;
	return mbrtowc(wc, s, len, state);
}

size_t
wcrtomb_l(char *restrict s, wchar_t wc, mbstate_t *restrict state, locale_t locale)
{
	(void)locale;
	return wcrtomb(s, wc, state);
}

size_t
mbsrtowcs_l(wchar_t *restrict dst, const char **restrict src, size_t len, mbstate_t *restrict state, locale_t locale)
{
	(void)locale;
	return mbsrtowcs(dst, src, len, state);
}

size_t
wcsrtombs_l(char *restrict dst, const wchar_t **restrict src, size_t len, mbstate_t *restrict state, locale_t locale)
{
	(void)locale;
	return wcsrtombs(dst, src, len, state);
}

size_t
mbsnrtowcs_l(wchar_t *restrict dst, const char **restrict src, size_t bytes, size_t len, mbstate_t *restrict state, locale_t locale)
{
	(void)locale;
	return mbsnrtowcs(dst, src, bytes, len, state);
}

size_t
wcsnrtombs_l(char *restrict dst, const wchar_t **restrict src, size_t wides, size_t len, mbstate_t *restrict state, locale_t locale)
{
	(void)locale;
	return wcsnrtombs(dst, src, wides, len, state);
}

size_t
mbstowcs_l(wchar_t *restrict dst, const char *restrict src, size_t len, locale_t locale)
{
	(void)locale;
	return mbstowcs(dst, src, len);
}

size_t
wcstombs_l(char *restrict dst, const wchar_t *restrict src, size_t len, locale_t locale)
{
	(void)locale;
	return wcstombs(dst, src, len);
}

int
mbtowc_l(wchar_t *restrict wc, const char *restrict s, size_t len, locale_t locale)
{
	(void)locale;
	return mbtowc(wc, s, len);
}

int
wctomb_l(char *s, wchar_t wc, locale_t locale)
{
	(void)locale;
	return wctomb(s, wc);
}

int
mblen_l(const char *s, size_t len, locale_t locale)
{
	(void)locale;
	return mblen(s, len);
}
