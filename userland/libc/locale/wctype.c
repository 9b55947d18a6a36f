/*
 * Wide character classes: ASCII as in <ctype.h>, and beyond it the letters of
 * Latin, Greek and Cyrillic with their case pairs; everything else that is not
 * a control, a space or outside Unicode counts as printable.
 */

#define _CTYPE_NOINLINE
#include <ctype.h>
#include <string.h>
#include <wctype.h>

/* Case pairs: upper-case first..last, each `distance` below its lower case. */
struct case_range {
	wint_t first, last;
	int distance;		/* 1 means alternating upper, lower, upper, ... */
};

static const struct case_range cases[] = {
	{ 0x00c0, 0x00d6, 32 }, { 0x00d8, 0x00de, 32 }, { 0x0100, 0x012f, 1 },
	{ 0x0132, 0x0137, 1 }, { 0x0139, 0x0148, 1 }, { 0x014a, 0x0177, 1 },
	{ 0x0178, 0x0178, -121 }, { 0x0179, 0x017e, 1 }, { 0x0386, 0x0386, 38 },
	{ 0x0388, 0x038a, 37 }, { 0x038c, 0x038c, 64 }, { 0x038e, 0x038f, 63 },
	{ 0x0391, 0x03a1, 32 }, { 0x03a3, 0x03ab, 32 }, { 0x0400, 0x040f, 80 },
	{ 0x0410, 0x042f, 32 }, { 0x0460, 0x0481, 1 }, { 0x048a, 0x04bf, 1 },
	{ 0x0531, 0x0556, 48 }, { 0x1e00, 0x1e95, 1 }, { 0x1ea0, 0x1eff, 1 },
};

/* Letters without a pair, as far as the blocks above go, and caseless scripts. */
static const struct {
	wint_t first, last;
} caseless[] = {
	{ 0x00aa, 0x00aa }, { 0x00b5, 0x00b5 }, { 0x00ba, 0x00ba }, { 0x00df, 0x00df },
	{ 0x0138, 0x0138 }, { 0x0149, 0x0149 }, { 0x017f, 0x02af }, { 0x0390, 0x0390 },
	{ 0x03b0, 0x03b0 }, { 0x03c2, 0x03c2 }, { 0x03d0, 0x03ff }, { 0x04c0, 0x052f },
	{ 0x05d0, 0x05ea }, { 0x0620, 0x064a }, { 0x0904, 0x0939 }, { 0x0e01, 0x0e30 },
	{ 0x10a0, 0x10ff }, { 0x1100, 0x11ff }, { 0x1e96, 0x1e9f }, { 0x1f00, 0x1fff },
	{ 0x3041, 0x3096 }, { 0x30a1, 0x30fa }, { 0x3400, 0x4dbf }, { 0x4e00, 0x9fff },
	{ 0xac00, 0xd7a3 }, { 0x20000, 0x2ffff },
};

wint_t
towlower(wint_t wc)
{
	if (wc >= 0 && wc < 0x80)
		return tolower(wc);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct case_range *r = &cases[i];

		if (wc < r->first || wc > r->last)
			continue;
		if (r->distance != 1)
			return wc + r->distance;
		return (wc - r->first) % 2 == 0 ? wc + 1 : wc;
	}
	return wc;
}

wint_t
towupper(wint_t wc)
{
	if (wc >= 0 && wc < 0x80)
		return toupper(wc);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct case_range *r = &cases[i];

		if (r->distance == 1) {
			if (wc >= r->first && wc <= r->last)
				return (wc - r->first) % 2 == 1 ? wc - 1 : wc;
		} else if (wc - r->distance >= r->first && wc - r->distance <= r->last)
			return wc - r->distance;
	}
	return wc;
}

int
iswupper(wint_t wc)
{
	return towlower(wc) != wc;
}

int
iswlower(wint_t wc)
{
	return towupper(wc) != wc || wc == 0xdf;
}

int
iswalpha(wint_t wc)
{
	if (wc >= 0 && wc < 0x80)
		return isalpha(wc);
	for (size_t i = 0; i < sizeof(caseless) / sizeof(caseless[0]); i++)
		if (wc >= caseless[i].first && wc <= caseless[i].last)
			return 1;
	return iswupper(wc) || iswlower(wc);
}

int
iswdigit(wint_t wc)
{
	return wc >= '0' && wc <= '9';
}

int
iswxdigit(wint_t wc)
{
	return wc >= 0 && wc < 0x80 && isxdigit(wc);
}

int
iswalnum(wint_t wc)
{
	return iswdigit(wc) || iswalpha(wc);
}

int
iswblank(wint_t wc)
{
	return wc == ' ' || wc == '\t' || wc == 0x3000 || (wc >= 0x2000 && wc <= 0x200a && wc != 0x2007);
}

int
iswspace(wint_t wc)
{
	return (wc >= 0 && wc < 0x80 && isspace(wc)) || iswblank(wc) || wc == 0x2028 || wc == 0x2029;
}

int
iswcntrl(wint_t wc)
{
	return (wc >= 0 && wc < 0x20) || (wc >= 0x7f && wc < 0xa0) || wc == 0x2028 || wc == 0x2029;
}

int
iswprint(wint_t wc)
{
	return wc >= 0x20 && wc <= 0x10ffff && !iswcntrl(wc) && (wc < 0xd800 || wc > 0xdfff) &&
	    (wc & 0xfffe) != 0xfffe;
}

int
iswgraph(wint_t wc)
{
	return iswprint(wc) && !iswspace(wc);
}

int
iswpunct(wint_t wc)
{
	return iswgraph(wc) && !iswalnum(wc);
}

/* A wctype_t points to one of these. */
static const struct class {
	const char *name;
	int (*test)(wint_t);
} classes[] = {
	{ "alnum", iswalnum }, { "alpha", iswalpha }, { "blank", iswblank }, { "cntrl", iswcntrl },
	{ "digit", iswdigit }, { "graph", iswgraph }, { "lower", iswlower }, { "print", iswprint },
	{ "punct", iswpunct }, { "space", iswspace }, { "upper", iswupper }, { "xdigit", iswxdigit },
};

wctype_t
wctype(const char *name)
{
	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
		if (strcmp(name, classes[i].name) == 0)
			return (wctype_t)(unsigned long)&classes[i];
	return NULL;
}

int
iswctype(wint_t wc, wctype_t class)
{
	return class != NULL && ((const struct class *)class)->test(wc);
}

static const struct map {
	const char *name;
	wint_t (*apply)(wint_t);
} maps[] = {
	{ "tolower", towlower }, { "toupper", towupper },
};

wctrans_t
wctrans(const char *name)
{
	for (size_t i = 0; i < sizeof(maps) / sizeof(maps[0]); i++)
		if (strcmp(name, maps[i].name) == 0)
			return (wctrans_t)(unsigned long)&maps[i];
	return NULL;
}

wint_t
towctrans(wint_t wc, wctrans_t map)
{
	return map == NULL ? wc : ((const struct map *)map)->apply(wc);
}
