#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "scanf.h"

/* Where the characters of %c, %s and %[ go: nowhere, given memory, or allocated memory. */
struct sink {
	char *narrow;
	wchar_t *wide;
	void **allocated;	/* where the pointer is to be stored */
	size_t count, size;	/* in elements */
	mbstate_t state;
	bool is_wide;
	bool counts_characters;	/* the width does, even where bytes are stored */
	size_t characters;
};

static bool
reserve(struct sink *s)
{
	size_t element = s->is_wide ? sizeof(wchar_t) : 1, size = s->size * 2 + 32;
	void *grown;

	if (s->allocated == NULL || s->count < s->size)
		return true;
	grown = realloc(s->is_wide ? (void *)s->wide : s->narrow, size * element);
	if (grown == NULL)
		return false;
	if (s->is_wide)
		s->wide = grown;
	else
		s->narrow = grown;
	s->size = size;
	return true;
}

/* Take one byte; a wide sink counts a character when its last byte arrives. */
static enum scan_result
put(struct sink *s, char byte)
{
	wchar_t wc;
	size_t n;

	if (!reserve(s))
		return SCAN_NO_MEMORY;
	if (!s->is_wide) {
		if (s->narrow != NULL)
			s->narrow[s->count] = byte;
		s->count++;
		s->characters += !s->counts_characters || (byte & 0xc0) != 0x80;
		return SCAN_STORED;
	}
	n = mbrtowc(&wc, &byte, 1, &s->state);
	if (n == (size_t)-1)
		return SCAN_MISMATCH;
	if (n != (size_t)-2) {
		if (s->wide != NULL)
			s->wide[s->count] = wc;
		s->count++;
		s->characters++;
	}
	return SCAN_STORED;
}

static bool
wanted(const struct scan_spec *spec, int c)
{
	if (spec->conversion == 'c')
		return true;
	if (spec->conversion == '[')
		return spec->set[c];
	return c != ' ' && (c < '\t' || c > '\r');
}

static bool
terminate(struct sink *s)
{
	if (!reserve(s))
		return false;
	if (s->is_wide && s->wide != NULL)
		s->wide[s->count] = L'\0';
	else if (!s->is_wide && s->narrow != NULL)
		s->narrow[s->count] = '\0';
	return true;
}

static enum scan_result
abandon(struct sink *s, enum scan_result result)
{
	if (s->allocated != NULL)
		free(s->is_wide ? (void *)s->wide : s->narrow);
	return result;
}

enum scan_result
__scan_text(struct scan_input *in, const struct scan_spec *spec, void *where)
{
	struct sink s = { .is_wide = spec->length == SCAN_LONG, .counts_characters = in->wide };
	size_t width = spec->width;
	int c = EOF;

	if (spec->conversion == 'c' && width == SIZE_MAX)
		width = 1;
	if (where != NULL && spec->allocate)
		s.allocated = where;
	else if (s.is_wide)
		s.wide = where;
	else
		s.narrow = where;
	while ((c = scan_get(in)) != EOF) {
		enum scan_result result;
		/* Bytes that continue the last character belong to it, width or not. */
		bool full = s.characters >= width && !(in->wide && !s.is_wide && (c & 0xc0) == 0x80);

		if (full || !wanted(spec, c)) {
			scan_unget(in, c);
			break;
		}
		result = put(&s, (char)c);
		if (result != SCAN_STORED)
			return abandon(&s, result);
	}
	if (s.count == 0)
		return abandon(&s, c == EOF ? SCAN_END : SCAN_MISMATCH);
	/* Fewer characters than %c asked for are taken, as BSD always did. */
	if (spec->conversion != 'c' && !terminate(&s))
		return abandon(&s, SCAN_NO_MEMORY);
	if (where == NULL)
		return SCAN_SKIPPED;
	if (s.allocated != NULL)
		*s.allocated = s.is_wide ? (void *)s.wide : s.narrow;
	return SCAN_STORED;
}
