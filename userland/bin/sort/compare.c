/*
 * Which of two lines comes first.
 */
#include "sort.h"

#include <ctype.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* A decimal number as text, of any length: its digits before and after the point, no zeros at their ends. */
struct decimal {
	bool negative;
	const char *whole, *fraction;
	size_t whole_length, fraction_length;
	int suffix;		/* 0 none, 1 K, 2 M, ... */
};

static struct decimal
decimal(const char *p, size_t length)
{
	static const char suffixes[] = "KMGTPEZY";
	const char *end = p + length, *letter;
	struct decimal d = { false, p, p, 0, 0, 0 };

	while (p < end && (isblank((unsigned char)*p) || *p == '\n'))
		p++;
	if (p < end && *p == '-') {
		d.negative = true;
		p++;
	}
	while (p < end && *p == '0')
		p++;
	for (d.whole = p; p < end && isdigit((unsigned char)*p); p++)
		d.whole_length++;
	if (p < end && *p == '.') {
		for (d.fraction = ++p; p < end && isdigit((unsigned char)*p); p++)
			d.fraction_length++;
		while (d.fraction_length > 0 && d.fraction[d.fraction_length - 1] == '0')
			d.fraction_length--;
	}
	if (d.whole_length == 0 && d.fraction_length == 0)
		d.negative = false;
	else if (p < end && *p != '\0' && (letter = strchr(suffixes, *p == 'k' ? 'K' : *p)) != NULL)
		d.suffix = (int)(letter - suffixes) + 1;
	return d;
}

static int
compare_bytes(const char *a, size_t a_length, const char *b, size_t b_length)
{
	int order = memcmp(a, b, a_length < b_length ? a_length : b_length);

	return order != 0 ? order : (a_length > b_length) - (a_length < b_length);
}

static int
compare_decimals(struct decimal a, struct decimal b, bool suffixes)
{
	int order;

	if (a.negative != b.negative)
		return a.negative ? -1 : 1;
	if (suffixes && a.suffix != b.suffix)
		order = a.suffix - b.suffix;
	else if (a.whole_length != b.whole_length)
		order = a.whole_length > b.whole_length ? 1 : -1;
	else if ((order = memcmp(a.whole, b.whole, a.whole_length)) == 0)
		order = compare_bytes(a.fraction, a.fraction_length, b.fraction, b.fraction_length);
	return a.negative ? -order : order;
}

/* What is no number comes first, then what is not-a-number, then all others: their ranks are 0, 1, 2. */
static int
general(const char *p, size_t length, double *x)
{
	char buffer[128];
	char *end;

	if (length >= sizeof(buffer))
		length = sizeof(buffer) - 1;
	memcpy(buffer, p, length);
	buffer[length] = '\0';
	*x = strtod(buffer, &end);
	return end == buffer ? 0 : isnan(*x) ? 1 : 2;
}

static int
compare_general(const char *a, size_t a_length, const char *b, size_t b_length)
{
	double x, y;
	int a_rank = general(a, a_length, &x), b_rank = general(b, b_length, &y);

	if (a_rank != b_rank || a_rank < 2)
		return a_rank - b_rank;
	return (x > y) - (x < y);
}

static int
month(const char *p, size_t length)
{
	static const char names[] = "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC";
	const char *end = p + length;
	int i, j;

	while (p < end && isblank((unsigned char)*p))
		p++;
	for (i = 0; i < 12 && end - p >= 3; i++) {
		for (j = 0; j < 3 && toupper((unsigned char)p[j]) == names[3 * i + j]; j++)
			continue;
		if (j == 3)
			return i + 1;
	}
	return 0;
}

static uint64_t
hash(const char *p, size_t length)
{
	static uint64_t seed;
	uint64_t h;

	if (seed == 0)
		arc4random_buf(&seed, sizeof(seed));
	for (h = seed; length > 0; length--)
		h = (h ^ (unsigned char)*p++) * 0x100000001b3ULL;
	return h ^ h >> 29;
}

/* Characters that do not count are passed over. */
static int
compare_filtered(const struct order *o, const char *a, const char *a_end, const char *b, const char *b_end)
{
	for (;; a++, b++) {
		unsigned char x, y;

		while (a < a_end && ((o->dictionary && !isalnum((unsigned char)*a) && !isblank((unsigned char)*a)) ||
		    (o->printable && !isprint((unsigned char)*a))))
			a++;
		while (b < b_end && ((o->dictionary && !isalnum((unsigned char)*b) && !isblank((unsigned char)*b)) ||
		    (o->printable && !isprint((unsigned char)*b))))
			b++;
		if (a == a_end || b == b_end)
			return (b == b_end) - (a == a_end);
		x = (unsigned char)*a;
		y = (unsigned char)*b;
		if (o->fold) {
			x = (unsigned char)toupper(x);
			y = (unsigned char)toupper(y);
		}
		if (x != y)
			return x > y ? 1 : -1;
	}
}

static int
compare_key(const struct order *o, const char *a, size_t a_length, const char *b, size_t b_length)
{
	uint64_t x, y;

	switch (o->how) {
	case BY_NUMBER:
	case BY_HUMAN_NUMBER:
		return compare_decimals(decimal(a, a_length), decimal(b, b_length), o->how == BY_HUMAN_NUMBER);
	case BY_GENERAL_NUMBER:
		return compare_general(a, a_length, b, b_length);
	case BY_MONTH:
		return month(a, a_length) - month(b, b_length);
	case BY_HASH:
		x = hash(a, a_length);
		y = hash(b, b_length);
		if (x != y)
			return x > y ? 1 : -1;
		break;
	case BY_TEXT:
		break;
	}
	if (o->dictionary || o->fold || o->printable)
		return compare_filtered(o, a, a + a_length, b, b + b_length);
	return compare_bytes(a, a_length, b, b_length);
}

int
compare_keys(const struct line *a, const struct line *b)
{
	int order;

	order = compare_key(&options.keys[0].order, a->key, a->key_length, b->key, b->key_length);
	if (order != 0)
		return options.keys[0].order.reverse ? -order : order;
	for (size_t i = 1; i < options.key_count; i++) {
		const struct key *k = &options.keys[i];
		size_t n, m;
		const char *p = find_key(k, a, &n), *q = find_key(k, b, &m);

		if ((order = compare_key(&k->order, p, n, q, m)) != 0)
			return k->order.reverse ? -order : order;
	}
	return 0;
}

int
compare_lines(const struct line *a, const struct line *b)
{
	int order = compare_keys(a, b);

	if (order != 0 || options.stable || options.unique)
		return order;
	order = compare_bytes(a->text, a->length, b->text, b->length);
	return options.order.reverse ? -order : order;
}
