#include "printf.h"

static void
put_padded(struct out *out, const struct spec *spec, const char *s, size_t len)
{
	size_t columns = out->wide ? count_characters(s, len) : len;
	int padding = (size_t)spec->width > columns ? spec->width - (int)columns : 0;

	if (padding > 0 && !(spec->flags & LEFT))
		__printf_pad(out, spec->flags & ZERO ? '0' : ' ', padding);
	__printf_put(out, s, len);
	if (padding > 0 && spec->flags & LEFT)
		__printf_pad(out, ' ', padding);
}

/* The length of at most `limit` characters. */
static size_t
characters_length(const char *s, size_t limit)
{
	const char *p = s;

	for (; *p != '\0' && limit > 0; limit--)
		for (p++; (*p & 0xc0) == 0x80; p++)
			continue;
	return (size_t)(p - s);
}

void
__printf_string(struct out *out, const struct spec *spec, const char *s)
{
	size_t len;

	if (s == NULL)
		s = "(null)";
	if (spec->precision < 0)
		len = strlen(s);
	else if (out->wide)
		len = characters_length(s, (size_t)spec->precision);
	else
		len = strnlen(s, (size_t)spec->precision);
	put_padded(out, spec, s, len);
}

/* Precision counts bytes (characters, in the wide family); only whole characters are written. */
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
		size_t n = wcrtomb(bytes, *p, &state), size;

		if (n == (size_t)-1) {
			out->failed = true;
			return;
		}
		size = out->wide ? 1 : n;
		if (size > limit - total)
			break;
		total += size;
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

	/* A wide NUL, which would be an empty string, is an ordinary byte. */
	if (spec->length == LEN_L && c != 0) {
		wchar_t wide[2] = { c, L'\0' };
		struct spec whole = *spec;

		whole.precision = -1;
		__printf_wide_string(out, &whole, wide);
		return;
	}
	put_padded(out, spec, &byte, 1);
}
