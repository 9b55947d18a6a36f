/* <wchar.h>, <wctype.h>, <ctype.h>, <locale.h>: UTF-8 both ways, classes, wide strings. */
#include <ctype.h>
#include <langinfo.h>
#include <locale.h>
#include <wchar.h>
#include <wctype.h>

#include "../check.h"

static void
decoding(void)
{
	static const struct {
		const char *bytes;
		size_t result;
		wchar_t wc;
	} cases[] = {
		{ "A", 1, 'A' }, { "\303\274", 2, 0xfc }, { "\342\202\254", 3, 0x20ac },
		{ "\360\237\230\200", 4, 0x1f600 }, { "\364\217\277\277", 4, 0x10ffff },
		{ "\200", (size_t)-1, 0 }, { "\300\200", (size_t)-1, 0 }, { "\340\200\200", (size_t)-1, 0 },
		{ "\355\240\200", (size_t)-1, 0 }, { "\364\220\200\200", (size_t)-1, 0 },
		{ "\303", (size_t)-2, 0 }, { "\342\202", (size_t)-2, 0 }, { "\303A", (size_t)-1, 0 },
	};
	wchar_t wc;
	char out[8];
	mbstate_t state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memset(&state, 0, sizeof(state));
		wc = 0;
		CHECK_EQ(mbrtowc(&wc, cases[i].bytes, strlen(cases[i].bytes), &state), cases[i].result);
		CHECK_EQ(wc, cases[i].wc);
		if (cases[i].wc != 0) {
			CHECK_EQ(wcrtomb(out, wc, NULL), cases[i].result);
			CHECK(memcmp(out, cases[i].bytes, cases[i].result) == 0);
		}
	}
	memset(&state, 0, sizeof(state));
	CHECK_EQ(mbrtowc(&wc, "\342", 1, &state), (size_t)-2);
	CHECK(!mbsinit(&state));
	CHECK_EQ(mbrtowc(&wc, "\202", 1, &state), (size_t)-2);
	CHECK_EQ(mbrtowc(&wc, "\254", 1, &state), 1);
	CHECK_EQ(wc, 0x20ac);
	CHECK(mbsinit(&state));
	CHECK_EQ(wcrtomb(out, 0xd800, NULL), (size_t)-1);
	CHECK_EQ(errno, EILSEQ);
}

static void
strings(void)
{
	wchar_t wide[16], *state, text[] = L"a,b";
	char bytes[16];

	CHECK_EQ(mbstowcs(wide, "gr\303\274n", 16), 4);
	CHECK(wcscmp(wide, L"gr\u00fcn") == 0);
	CHECK_EQ(wcstombs(bytes, wide, 16), 5);
	CHECK_STR(bytes, "gr\303\274n");
	CHECK_EQ(mbstowcs(NULL, "abc", 0), 3);
	CHECK_EQ(wcslen(L"abc"), 3);
	CHECK(wcsncmp(L"abx", L"aby", 2) == 0);
	CHECK(wcschr(wide, 'n') == wide + 3);
	CHECK(wcsstr(wide, L"r\u00fc") == wide + 1);
	wcscpy(wide, L"ab");
	wcscat(wide, L"cd");
	CHECK(wcscmp(wide, L"abcd") == 0);
	CHECK(wmemchr(wide, 'c', 4) == wide + 2);
	CHECK(wcscmp(wcstok(text, L",", &state), L"a") == 0);
	CHECK(wcscmp(wcstok(NULL, L",", &state), L"b") == 0);
	CHECK_EQ(wcstol(L" -12x", &state, 10), -12);
	CHECK_EQ(*state, 'x');
	CHECK_EQ(wcwidth('a'), 1);
	CHECK_EQ(wcwidth(0x4e2d), 2);
	CHECK_EQ(wcwidth(0x0301), 0);
	CHECK_EQ(wcwidth('\n'), -1);
	CHECK_EQ(wcscasecmp(L"GR\u00dcN", L"gr\u00fcn"), 0);
}

static void
classes(void)
{
	int counts[5] = { 0 };

	for (int c = 0; c < 256; c++) {
		counts[0] += isalpha(c) != 0;
		counts[1] += isdigit(c) != 0;
		counts[2] += ispunct(c) != 0;
		counts[3] += isspace(c) != 0;
		counts[4] += iscntrl(c) != 0;
		CHECK_EQ(isalnum(c) != 0, isalpha(c) || isdigit(c));
		CHECK_EQ(isprint(c) != 0, isgraph(c) || c == ' ');
		CHECK_EQ(toupper(c), islower(c) ? c - 32 : c);
		CHECK_EQ(tolower(c), isupper(c) ? c + 32 : c);
	}
	CHECK_EQ(counts[0], 52);
	CHECK_EQ(counts[1], 10);
	CHECK_EQ(counts[2], 32);
	CHECK_EQ(counts[3], 6);
	CHECK_EQ(counts[4], 33);
	CHECK(!isalpha(EOF) && tolower(EOF) == EOF);
	CHECK(isxdigit('f') && !isxdigit('g') && isblank('\t') && !isblank('\n'));
	CHECK(iswalpha(0xe9) && iswlower(0xe9) && towupper(0xe9) == 0xc9);
	CHECK(iswupper(0x416) && towlower(0x416) == 0x436);
	CHECK(iswalpha(0x4e2d) && !iswupper(0x4e2d));
	CHECK(iswctype('5', wctype("digit")));
	CHECK_EQ(towctrans('a', wctrans("toupper")), 'A');
	CHECK(wctype("nope") == NULL);
}

static void
locales(void)
{
	CHECK_STR(setlocale(LC_ALL, NULL), "C");
	CHECK_STR(setlocale(LC_ALL, ""), "C");
	CHECK_STR(setlocale(LC_CTYPE, "POSIX"), "C");
	CHECK(setlocale(LC_ALL, "xx_YY") == NULL);
	CHECK_STR(localeconv()->decimal_point, ".");
	CHECK_STR(nl_langinfo(DAY_3), "Tuesday");
	CHECK_STR(nl_langinfo(ABMON_12), "Dec");
	CHECK_STR(nl_langinfo(CODESET), "UTF-8");
}

int
main(void)
{
	decoding();
	strings();
	classes();
	locales();
	return 0;
}
