/*
 * Putting hunks in.
 */
#include "patch.h"

#include <stdlib.h>
#include <string.h>

#define MOST_FUZZ	2	/* lines of context at either end that need not fit */

void
add_line(struct lines *l, const char *text, size_t length)
{
	if (l->count == l->size) {
		l->size = l->size * 2 + 64;
		l->lines = need(reallocarray(l->lines, l->size, sizeof(*l->lines)));
	}
	l->lines[l->count++] = (struct line){ text, length };
}

void
read_lines(struct lines *l, FILE *f)
{
	char *text = NULL;
	size_t size = 0;
	ssize_t n;

	while ((n = getline(&text, &size, f)) != -1) {
		add_line(l, text, (size_t)n);
		text = NULL;	/* the line is kept */
		size = 0;
	}
	free(text);
}

static bool
fits(const struct lines *l, size_t at, const struct lines *old, size_t skip, size_t count)
{
	if (at > l->count || count > l->count - at)
		return false;
	for (size_t i = 0; i < count; i++) {
		const struct line *a = &l->lines[at + i], *b = &old->lines[skip + i];

		if (a->length != b->length || memcmp(a->text, b->text, a->length) != 0)
			return false;
	}
	return true;
}

/* The nearest place to where it should be, but not before `from`. */
static bool
find_place(const struct lines *l, const struct lines *old, size_t skip, size_t count, size_t from, size_t wanted,
    size_t *place)
{
	if (wanted < from)
		wanted = from;
	for (size_t distance = 0; distance <= l->count; distance++) {
		if (fits(l, wanted + distance, old, skip, count)) {
			*place = wanted + distance;
			return true;
		}
		if (wanted >= from + distance && fits(l, wanted - distance, old, skip, count)) {
			*place = wanted - distance;
			return true;
		}
	}
	return false;
}

static void
replace(struct lines *l, size_t at, size_t count, const struct line *new, size_t new_count)
{
	struct lines result = { NULL, 0, 0 };

	for (size_t i = 0; i < at; i++)
		add_line(&result, l->lines[i].text, l->lines[i].length);
	for (size_t i = 0; i < new_count; i++)
		add_line(&result, new[i].text, new[i].length);
	for (size_t i = at + count; i < l->count; i++)
		add_line(&result, l->lines[i].text, l->lines[i].length);
	free(l->lines);
	*l = result;
}

bool
apply_hunk(struct lines *l, const struct hunk *h, long *offset, size_t *from, size_t *where, size_t *fuzz)
{
	for (*fuzz = 0; *fuzz <= MOST_FUZZ; ++*fuzz) {
		size_t before = *fuzz < h->context_before ? *fuzz : h->context_before;
		size_t after = *fuzz < h->context_after ? *fuzz : h->context_after;
		size_t count = h->old.count - before - after, place;
		long wanted = (long)(h->start + before) + *offset;

		if (*fuzz > 0 && before + after == 0)
			break;
		if (!find_place(l, &h->old, before, count, *from, wanted < 0 ? 0 : (size_t)wanted, &place))
			continue;
		replace(l, place, count, h->new.lines + before, h->new.count - before - after);
		*offset += (long)place - wanted + (long)h->new.count - (long)h->old.count;
		*from = place + h->new.count - before - after;
		*where = place - before;
		return true;
	}
	return false;
}
