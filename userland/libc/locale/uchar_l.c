/* The locale_t variants: there is one locale, so they differ only in their argument. */

#include <locale.h>
#include <uchar.h>

size_t
mbrtoc8_l(char8_t *restrict pc, const char *restrict s, size_t len, mbstate_t *restrict state, locale_t locale)
{
	(void)locale;
	return mbrtoc8(pc, s, len, state);
}

size_t
c8rtomb_l(char *restrict s, char8_t c, mbstate_t *restrict state, locale_t locale)
{
	(void)locale;
	return c8rtomb(s, c, state);
}

size_t
mbrtoc16_l(char16_t *restrict pc, const char *restrict s, size_t len, mbstate_t *restrict state, locale_t locale)
{
	(void)locale;
	return mbrtoc16(pc, s, len, state);
}

size_t
c16rtomb_l(char *restrict s, char16_t c, mbstate_t *restrict state, locale_t locale)
{
	(void)locale;
	return c16rtomb(s, c, state);
}

size_t
mbrtoc32_l(char32_t *restrict pc, const char *restrict s, size_t len, mbstate_t *restrict state, locale_t locale)
{
	(void)locale;
	return mbrtoc32(pc, s, len, state);
}

size_t
c32rtomb_l(char *restrict s, char32_t c, mbstate_t *restrict state, locale_t locale)
{
	(void)locale;
	return c32rtomb(s, c, state);
}
