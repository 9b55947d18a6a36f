/*
 * Keys: what -k says, and where they are in a line.
 */
#include "sort.h"

#include <ctype.h>
#include <err.h>
#include <stdlib.h>
#include <string.h>

bool
order_letter(struct order *o, char c)
{
	switch (c) {
	case 'M': o->how = BY_MONTH; break;
	case 'R': o->how = BY_HASH; break;
	case 'b': o->skip_blanks = true; break;
	case 'd': o->dictionary = true; break;
	case 'f': o->fold = true; break;
	case 'g': o->how = BY_GENERAL_NUMBER; break;
	case 'h': o->how = BY_HUMAN_NUMBER; break;
	case 'i': o->printable = true; break;
	case 'n': o->how = BY_NUMBER; break;
	case 'r': o->reverse = true; break;
	default: return false;
	}
	o->given = true;
	return true;
}

static size_t
number(const char *whole, const char **p, bool may_be_zero)
{
	char *end;
	unsigned long n;

	if (!isdigit((unsigned char)**p))
		errx(2, "%s: not a key: expected a number", whole);
	n = strtoul(*p, &end, 10);
	if (n == 0 && !may_be_zero)
		errx(2, "%s: not a key: fields and characters count from 1", whole);
	*p = end;
	return n;
}

void
add_key(const char *text)
{
	struct key k = { .start = 0, .to_line_end = true };
	const char *p = text;

	k.field = number(text, &p, false) - 1;
	if (*p == '.') {
		p++;
		k.start = number(text, &p, false) - 1;
	}
	while (order_letter(&k.order, *p))
		p++;
	if (*p == ',') {
		bool start_blanks = k.order.skip_blanks;

		p++;
		k.to_line_end = false;
		k.order.skip_blanks = false;
		k.end_field = number(text, &p, false) - 1;
		if (*p == '.') {
			p++;
			k.end = number(text, &p, true);
		}
		while (order_letter(&k.order, *p))
			p++;
		k.order.skip_end_blanks = k.order.skip_blanks;
		k.order.skip_blanks = start_blanks;
	}
	if (*p != '\0')
		errx(2, "%s: not a key", text);
	options.keys = need(reallocarray(options.keys, options.key_count + 1, sizeof(k)));
	options.keys[options.key_count++] = k;
}

static const char *
blanks(const char *p, const char *end)
{
	while (p < end && (isblank((unsigned char)*p) || *p == '\n'))
		p++;
	return p;
}

/* The end of the field that starts here.  Without -t, a field begins with the blanks before it. */
static const char *
field_end(const char *p, const char *end)
{
	if (options.separator >= 0) {
		p = memchr(p, options.separator, (size_t)(end - p));
		return p == NULL ? end : p;
	}
	p = blanks(p, end);
	while (p < end && !isblank((unsigned char)*p) && *p != '\n')
		p++;
	return p;
}

static const char *
field_start(const char *p, const char *end, size_t field)
{
	for (; field > 0 && p < end; field--) {
		p = field_end(p, end);
		if (options.separator >= 0 && p < end)
			p++;
	}
	return p;
}

const char *
find_key(const struct key *k, const struct line *l, size_t *length)
{
	const char *end = l->text + l->length, *from, *to;

	from = field_start(l->text, end, k->field);
	if (k->order.skip_blanks)
		from = blanks(from, end);
	from = (size_t)(end - from) > k->start ? from + k->start : end;
	if (k->to_line_end)
		to = end;
	else {
		to = field_start(l->text, end, k->end_field);
		if (k->end == 0)
			to = field_end(to, end);
		else {
			if (k->order.skip_end_blanks)
				to = blanks(to, end);
			to = (size_t)(end - to) > k->end ? to + k->end : end;
		}
	}
	*length = to > from ? (size_t)(to - from) : 0;
	return from;
}

void
prepare(struct line *l)
{
	l->key = find_key(&options.keys[0], l, &l->key_length);
}
