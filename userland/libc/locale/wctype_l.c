/* The locale_t variants: there is one locale, so they differ only in their argument. */

#include <wctype.h>

int
iswalnum_l(wint_t wc, locale_t locale)
{
	(void)locale;
	return iswalnum(wc);
}

int
iswalpha_l(wint_t wc, locale_t locale)
{
	(void)locale;
	return iswalpha(wc);
}

int
iswblank_l(wint_t wc, locale_t locale)
{
	(void)locale;
	return iswblank(wc);
}

int
iswcntrl_l(wint_t wc, locale_t locale)
{
	(void)locale;
	return iswcntrl(wc);
}

int
iswdigit_l(wint_t wc, locale_t locale)
{
	(void)locale;
	return iswdigit(wc);
}

int
iswgraph_l(wint_t wc, locale_t locale)
{
	(void)locale;
	return iswgraph(wc);
}

int
iswlower_l(wint_t wc, locale_t locale)
{
	(void)locale;
	return iswlower(wc);
}

int
iswprint_l(wint_t wc, locale_t locale)
{
	(void)locale;
	return iswprint(wc);
}

int
iswpunct_l(wint_t wc, locale_t locale)
{
	(void)locale;
	return iswpunct(wc);
}

int
iswspace_l(wint_t wc, locale_t locale)
{
	(void)locale;
	return iswspace(wc);
}

int
iswupper_l(wint_t wc, locale_t locale)
{
	(void)locale;
	return iswupper(wc);
}

int
iswxdigit_l(wint_t wc, locale_t locale)
{
	(void)locale;
	return iswxdigit(wc);
}

int
iswctype_l(wint_t wc, wctype_t class, locale_t locale)
{
	(void)locale;
	return iswctype(wc, class);
}

wint_t
towctrans_l(wint_t wc, wctrans_t map, locale_t locale)
{
	(void)locale;
	return towctrans(wc, map);
}

wint_t
towlower_l(wint_t wc, locale_t locale)
{
	(void)locale;
	return towlower(wc);
}

wint_t
towupper_l(wint_t wc, locale_t locale)
{
	(void)locale;
	return towupper(wc);
}

wctrans_t
wctrans_l(const char *name, locale_t locale)
{
	(void)locale;
	return wctrans(name);
}

wctype_t
wctype_l(const char *name, locale_t locale)
{
	(void)locale;
	return wctype(name);
}
