/*
 * UTF-8, the only encoding.  The state holds a character begun in an earlier
 * call: how many bytes are still to come, what they have given so far, and the
 * least value that so many bytes may encode.
 */

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <wchar.h>

struct utf8_state {
	uint32_t value;
	uint32_t least;
	unsigned missing;
};

_Static_assert(sizeof(struct utf8_state) <= sizeof(mbstate_t), "state fits");

static int
valid(const struct utf8_state *s)
{
	return s->value >= s->least && s->value <= 0x10ffff &&
	    (s->value < 0xd800 || s->value > 0xdfff);
}

static int
begin(struct utf8_state *s, unsigned char c)
{
	if (c >= 0xc2 && c <= 0xdf) {
		*s = (struct utf8_state){ c & 0x1f, 0x80, 1 };
	} else if (c >= 0xe0 && c <= 0xef) {
		*s = (struct utf8_state){ c & 0x0f, 0x800, 2 };
	} else if (c >= 0xf0 && c <= 0xf4) {
		*s = (struct utf8_state){ c & 0x07, 0x10000, 3 };
	} else
		return -1;
	return 0;
}

size_t
mbrtowc(wchar_t *restrict wc, const char *restrict s, size_t len, mbstate_t *restrict state)
{
	static mbstate_t own;
	struct utf8_state u;
	size_t used = 0;

	if (state == NULL)
		state = &own;
	if (s == NULL) {
		wc = NULL;
		s = "";
		len = 1;
	}
	if (len == 0)
		return (size_t)-2;
	memcpy(&u, state, sizeof(u));
	if (u.missing == 0) {
		unsigned char c = (unsigned char)s[used++];

		if (c < 0x80) {
			if (wc != NULL)
				*wc = c;
			return c != 0;
		}
		if (begin(&u, c) != 0)
			goto illegal;
	}
	for (; u.missing > 0; u.missing--) {
		unsigned char c;

		if (used == len) {
			memcpy(state, &u, sizeof(u));
			return (size_t)-2;
		}
		c = (unsigned char)s[used++];
		if ((c & 0xc0) != 0x80)
			goto illegal;
		u.value = u.value << 6 | (c & 0x3f);
	}
	if (!valid(&u))
		goto illegal;
	memset(state, 0, sizeof(u));
	if (wc != NULL)
		*wc = (wchar_t)u.value;
	return used;

illegal:
	memset(state, 0, sizeof(u));
	errno = EILSEQ;
	return (size_t)-1;
}

int
mbsinit(const mbstate_t *state)
{
	struct utf8_state u;

	if (state == NULL)
		return 1;
	memcpy(&u, state, sizeof(u));
	return u.missing == 0;
}

size_t
mbrlen(const char *restrict s, size_t len, mbstate_t *restrict state)
{
	static mbstate_t own;

	return mbrtowc(NULL, s, len, state != NULL ? state : &own);
}
