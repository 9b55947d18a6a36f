#include <errno.h>
#include <stdint.h>
#include <wchar.h>

size_t
wcrtomb(char *restrict s, wchar_t wc, mbstate_t *restrict state)
{
	uint32_t value = (uint32_t)wc;
	unsigned more;

	/* UTF-8 output has no state. */
	(void)state;
	if (s == NULL || value < 0x80) {
		if (s != NULL)
			*s = (char)value;
		return 1;
	}
	if (value < 0x800) {
		*s++ = (char)(0xc0 | value >> 6);
		more = 1;
	} else if (value < 0x10000 && (value < 0xd800 || value > 0xdfff)) {
		*s++ = (char)(0xe0 | value >> 12);
		more = 2;
	} else if (value >= 0x10000 && value <= 0x10ffff) {
		*s++ = (char)(0xf0 | value >> 18);
		more = 3;
	} else {
		errno = EILSEQ;
		return (size_t)-1;
	}
	for (unsigned left = more; left > 0; left--)
		*s++ = (char)(0x80 | (value >> 6 * (left - 1) & 0x3f));
	return more + 1;
}
