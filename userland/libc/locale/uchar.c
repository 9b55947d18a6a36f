/* char8_t, char16_t and char32_t: UTF-8, UTF-16 and UTF-32 are all Unicode here. */

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <uchar.h>
#include <wchar.h>

size_t
mbrtoc32(char32_t *restrict pc, const char *restrict s, size_t len, mbstate_t *restrict state)
{
	static mbstate_t own;
	wchar_t wc;
	size_t n = mbrtowc(&wc, s, len, state != NULL ? state : &own);

	if (s != NULL && pc != NULL && n <= len)
		*pc = (char32_t)wc;
	return n;
}

size_t
c32rtomb(char *restrict s, char32_t c, mbstate_t *restrict state)
{
	return wcrtomb(s, (wchar_t)c, state);
}

/*
 * What is still to be delivered (from multibyte) or awaited (to multibyte) is
 * kept past the part of the state that mbrtowc uses.
 */
struct pending {
	char unused[16];
	uint32_t count;
	uint32_t units[3];
};

_Static_assert(sizeof(struct pending) <= sizeof(mbstate_t), "state fits");

static struct pending *
pending_in(mbstate_t *state)
{
	return (struct pending *)(void *)state;
}

size_t
mbrtoc16(char16_t *restrict pc, const char *restrict s, size_t len, mbstate_t *restrict state)
{
	static mbstate_t own;
	struct pending *p = pending_in(state != NULL ? state : &own);
	wchar_t wc;
	size_t n;

	if (p->count > 0) {
		p->count = 0;
		if (pc != NULL)
			*pc = (char16_t)p->units[0];
		return (size_t)-3;
	}
	n = mbrtowc(&wc, s, len, state != NULL ? state : &own);
	if (s == NULL || n > len)
		return n;
	if (wc >= 0x10000) {
		p->count = 1;
		p->units[0] = 0xdc00 + ((uint32_t)(wc - 0x10000) & 0x3ff);
		wc = 0xd800 + ((wc - 0x10000) >> 10);
	}
	if (pc != NULL)
		*pc = (char16_t)wc;
	return n;
}

size_t
c16rtomb(char *restrict s, char16_t c, mbstate_t *restrict state)
{
	static mbstate_t own;
	struct pending *p = pending_in(state != NULL ? state : &own);
	uint32_t high = p->count > 0 ? p->units[0] : 0;

	p->count = 0;
	if (s == NULL)
		return 1;
	if (high != 0) {
		if (c < 0xdc00 || c > 0xdfff) {
			errno = EILSEQ;
			return (size_t)-1;
		}
		return wcrtomb(s, (wchar_t)(0x10000 + ((high - 0xd800) << 10) + (c - 0xdc00U)), NULL);
	}
	if (c >= 0xd800 && c <= 0xdbff) {
		p->count = 1;
		p->units[0] = c;
		return 0;
	}
	return wcrtomb(s, (wchar_t)c, NULL);
}

size_t
mbrtoc8(char8_t *restrict pc, const char *restrict s, size_t len, mbstate_t *restrict state)
{
	static mbstate_t own;
	struct pending *p = pending_in(state != NULL ? state : &own);
	char bytes[8];
	wchar_t wc;
	size_t n, total;

	if (p->count > 0) {
		if (pc != NULL)
			*pc = (char8_t)p->units[0];
		p->units[0] = p->units[1];
		p->units[1] = p->units[2];
		p->count--;
		return (size_t)-3;
	}
	n = mbrtowc(&wc, s, len, state != NULL ? state : &own);
	if (s == NULL || n > len)
		return n;
	total = wcrtomb(bytes, wc, NULL);
	p->count = (uint32_t)total - 1;
	for (size_t i = 1; i < total; i++)
		p->units[i - 1] = (unsigned char)bytes[i];
	if (pc != NULL)
		*pc = (char8_t)bytes[0];
	return n;
}

/* The bytes are checked by decoding them, and come out when the character is whole. */
size_t
c8rtomb(char *restrict s, char8_t c, mbstate_t *restrict state)
{
	static mbstate_t own;
	char byte = (char)c;
	wchar_t wc;
	size_t n;

	if (state == NULL)
		state = &own;
	if (s == NULL) {
		memset(state, 0, sizeof(*state));
		return 1;
	}
	n = mbrtowc(&wc, &byte, 1, state);
	if (n == (size_t)-1)
		return n;
	return n == (size_t)-2 ? 0 : wcrtomb(s, wc, NULL);
}
