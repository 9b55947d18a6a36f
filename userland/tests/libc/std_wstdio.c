/* Wide characters through streams, and the wide printf and scanf families. */
#include <stdint.h>
#include <time.h>
#include <uchar.h>
#include <wchar.h>

#include "../check.h"

#define PATH "/tmp/std_wstdio.tmp"

static void
streams(void)
{
	wchar_t buf[32], *made;
	size_t len;
	FILE *fp = fopen(PATH, "w+");

	CHECK_EQ(fwide(fp, 0), 0);
	CHECK(fputws(L"gr\u00fcn \u20ac\n", fp) >= 0);
	CHECK(fwide(fp, -1) > 0);
	CHECK_EQ(fputwc(0x1f600, fp), 0x1f600);
	CHECK_EQ(ftell(fp), 14);
	rewind(fp);
	CHECK_EQ(fgetwc(fp), 'g');
	CHECK_EQ(fgetwc(fp), 'r');
	CHECK_EQ(fgetwc(fp), 0xfc);
	CHECK_EQ(ungetwc(0xfc, fp), 0xfc);
	CHECK_EQ(ungetwc(0x20ac, fp), 0x20ac);
	CHECK(fgetws(buf, 32, fp) == buf);
	CHECK(wcscmp(buf, L"\u20ac\u00fcn \u20ac\n") == 0);
	CHECK_EQ(fgetwc(fp), 0x1f600);
	CHECK_EQ(fgetwc(fp), WEOF);
	CHECK(feof(fp) && !ferror(fp));
	rewind(fp);
	made = fgetwln(fp, &len);
	CHECK_EQ(len, 7);
	CHECK(wmemcmp(made, L"gr\u00fcn \u20ac\n", 7) == 0);
	fclose(fp);
	fp = fopen(PATH, "w+");
	fputs("a\377b", fp);
	rewind(fp);
	CHECK_EQ(fgetwc(fp), 'a');
	CHECK_EQ(fgetwc(fp), WEOF);
	CHECK_EQ(errno, EILSEQ);
	CHECK(ferror(fp));
	fclose(fp);
	remove(PATH);
	fp = open_wmemstream(&made, &len);
	fwprintf(fp, L"%ls-%d", L"\u00fc", 5);
	fclose(fp);
	CHECK_EQ(len, 3);
	CHECK(wcscmp(made, L"\u00fc-5") == 0);
	free(made);
}

static void
formats(void)
{
	wchar_t out[64];
	int a, n;
	char text[16];
	wchar_t wide[16];
	const struct tm tm = { .tm_year = 100, .tm_mday = 1 };

	CHECK_EQ(swprintf(out, 64, L"%d|%5s|%-5ls|%.2s|%c", 42, "\303\274x", L"\u20ac", "\303\274xy", 'z'), 19);
	CHECK(wcscmp(out, L"42|   \u00fcx|\u20ac    |\u00fcx|z") == 0);
	CHECK_EQ(swprintf(out, 3, L"%d", 123), -1);
	CHECK_EQ(swprintf(out, 4, L"%d", 123), 3);
	CHECK_EQ(swprintf(out, 64, L"\u20ac%n%.3f", &n, 2.5), 6);
	CHECK_EQ(n, 1);
	CHECK_EQ(swscanf(L"12 gr\u00fcn rest", L"%d %ls %s", &a, wide, text), 3);
	CHECK_EQ(a, 12);
	CHECK(wcscmp(wide, L"gr\u00fcn") == 0);
	CHECK_STR(text, "rest");
	CHECK_EQ(swscanf(L"\u00fc\u00fc\u00fc7", L"%2s%*c%n%d", text, &n, &a), 2);
	CHECK_STR(text, "\303\274\303\274");
	CHECK_EQ(n, 3);
	CHECK_EQ(a, 7);
	CHECK_EQ(wcsftime(out, 64, L"%Y\u20ac%m", &tm), 7);
	CHECK(wcscmp(out, L"2000\u20ac01") == 0);
}

static void
unicode_units(void)
{
	mbstate_t state;
	char16_t c16;
	char32_t c32;
	char out[8];

	memset(&state, 0, sizeof(state));
	CHECK_EQ(mbrtoc32(&c32, "\342\202\254", 3, &state), 3);
	CHECK_EQ(c32, 0x20ac);
	CHECK_EQ(mbrtoc16(&c16, "\360\237\230\200", 4, &state), 4);
	CHECK_EQ(c16, 0xd83d);
	CHECK_EQ(mbrtoc16(&c16, "", 0, &state), (size_t)-3);
	CHECK_EQ(c16, 0xde00);
	memset(&state, 0, sizeof(state));
	CHECK_EQ(c16rtomb(out, 0xd83d, &state), 0);
	CHECK_EQ(c16rtomb(out, 0xde00, &state), 4);
	CHECK(memcmp(out, "\360\237\230\200", 4) == 0);
	CHECK_EQ(c32rtomb(out, 0xfc, &state), 2);
}

int
main(void)
{
	streams();
	formats();
	unicode_units();
	return 0;
}
