#include "printf.h"

static void
put_padded(struct out *out, const struct spec *spec, const char *s, size_t len)
{
	int padding = (size_t)spec->width > len ? spec->width - (int)len : 0;

	if (padding > 0 && !(spec->flags & LEFT))
		__printf_pad(out, spec->flags & ZERO ? '0' : ' ', padding);
	__printf_put(out, s, len);
	if (padding > 0 && spec->flags & LEFT)
		__printf_pad(out, ' ', padding);
}

void
__printf_string(struct out *out, const struct spec *spec, const char *s)
{
	if (s == NULL)
		s = "(null)";
	put_padded(out, spec, s, spec->precision < 0 ? strlen(s) : strnlen(s, (size_t)spec->precision));
}

/* Precision counts bytes, and only whole characters are written. */
void
__printf_wide_string(struct out *out, const struct spec *spec, const wchar_t *s)
{
	size_t limit = spec->precision < 0 ? SIZE_MAX : (size_t)spec->precision, total = 0;
	mbstate_t state;
	char bytes[8];
	int padding;
	const wchar_t *p;

	if (s == NULL) {
		__printf_string(out, spec, NULL);
		return;
	}
	memset(&state, 0, sizeof(state));
	for (p = s; *p != L'\0'; p++) {
		size_t n = wcrtomb(bytes, *p, &state);

		if (n == (size_t)-1) {
			out->failed = true;
			return;
		}
		if (n > limit - total)
			break;
		total += n;
	}
	padding = (size_t)spec->width > total ? spec->width - (int)total : 0;
	if (!(spec->flags & LEFT))
		__printf_pad(out, ' ', padding);
	memset(&state, 0, sizeof(state));
	while (s < p)
		__printf_put(out, bytes, wcrtomb(bytes, *s++, &state));
	if (spec->flags & LEFT)
		__printf_pad(out, ' ', padding);
}

void
__printf_char(struct out *out, const struct spec *spec, int c)
{
	char byte = (char)c;

	if (spec->length == LEN_L) {
		wchar_t wide[2] = { c, L'\0' };
		struct spec whole = *spec;

		whole.precision = -1;
		__printf_wide_string(out, &whole, wide);
		/* As a string a wide NUL is empty; as a character it is a byte. */
		if (c == 0)
			__printf_put(out, "", 1);
		return;
	}
	put_padded(out, spec, &byte, 1);
}
