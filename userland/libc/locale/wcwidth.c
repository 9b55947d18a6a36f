/*
 * Columns on a terminal: combining marks take none, East Asian wide characters
 * and emoji two.  Ranges are the Unicode blocks in which that holds.
 */

#include <wchar.h>
#include <wctype.h>

struct range {
	wchar_t first, last;
};

static const struct range zero_width[] = {
	{ 0x0300, 0x036f }, { 0x0483, 0x0489 }, { 0x0591, 0x05bd }, { 0x064b, 0x065f },
	{ 0x0e34, 0x0e3a }, { 0x0e47, 0x0e4e }, { 0x1ab0, 0x1aff }, { 0x1dc0, 0x1dff },
	{ 0x200b, 0x200f }, { 0x202a, 0x202e }, { 0x2060, 0x2064 }, { 0x20d0, 0x20ff },
	{ 0x302a, 0x302d }, { 0x3099, 0x309a }, { 0xfe00, 0xfe0f }, { 0xfe20, 0xfe2f },
	{ 0xfeff, 0xfeff }, { 0xe0100, 0xe01ef },
};

static const struct range double_width[] = {
	{ 0x1100, 0x115f }, { 0x231a, 0x231b }, { 0x2e80, 0x303e }, { 0x3041, 0x33ff },
	{ 0x3400, 0x4dbf }, { 0x4e00, 0x9fff }, { 0xa000, 0xa4cf }, { 0xa960, 0xa97f },
	{ 0xac00, 0xd7a3 }, { 0xf900, 0xfaff }, { 0xfe30, 0xfe6f }, { 0xff01, 0xff60 },
	{ 0xffe0, 0xffe6 }, { 0x1f300, 0x1f64f }, { 0x1f680, 0x1f6ff }, { 0x1f900, 0x1f9ff },
	{ 0x20000, 0x3fffd },
};

static int
in_ranges(wchar_t wc, const struct range *ranges, size_t count)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (wc > ranges[middle].last)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count && wc >= ranges[low].first;
}

int
wcwidth(wchar_t wc)
{
	if (wc == L'\0')
		return 0;
	if (!iswprint(wc))
		return -1;
	if (wc < 0x300)
		return 1;
	if (in_ranges(wc, zero_width, sizeof(zero_width) / sizeof(zero_width[0])))
		return 0;
	return 1 + in_ranges(wc, double_width, sizeof(double_width) / sizeof(double_width[0]));
}

int
wcswidth(const wchar_t *s, size_t max)
{
	int total = 0;

	for (; max > 0 && *s != L'\0'; s++, max--) {
		int width = wcwidth(*s);

		if (width < 0)
			return -1;
		total += width;
	}
	return total;
}
