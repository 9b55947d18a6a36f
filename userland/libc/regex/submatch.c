#include <stdlib.h>

#include "regex_private.h"

/*
 * The whole match is known; what did each group match?  POSIX: of all ways to
 * divide it, subexpressions that start earlier take priority, and each takes as
 * much as it can while the rest can still be completed.
 */
struct dissection {
	struct simulator *s;
	regmatch_t *matches;
	size_t count;
	bool failed;
};

static bool
has(const struct positions *set, int64_t position)
{
	position -= set->low;
	return set->bits[position / 64] >> position % 64 & 1;
}

/* The last position in both sets, or -1. */
static int64_t
last_common(const struct positions *a, const struct positions *b)
{
	for (int64_t p = a->high; p >= a->low; p--)
		if (has(a, p) && has(b, p))
			return p;
	return -1;
}

static bool
make_sets(struct positions *a, struct positions *b, int64_t low, int64_t high)
{
	size_t words = (size_t)((high - low) / 64 + 1);
	uint64_t *bits = malloc(2 * words * sizeof(*bits));

	*a = (struct positions){ bits, low, high };
	*b = (struct positions){ bits + words, low, high };
	return bits != NULL;
}

static const struct node *
node_at(const struct dissection *d, int number)
{
	return &d->s->g->nodes[number];
}

/* Does any group that the caller asked for lie inside? */
static bool
matters(const struct dissection *d, const struct node *n)
{
	return n->end_group > 0 && (size_t)n->first_group < d->count;
}

static void
forget(struct dissection *d, const struct node *n)
{
	for (int g = n->first_group; g < n->end_group; g++)
		if ((size_t)g < d->count)
			d->matches[g].rm_so = d->matches[g].rm_eo = -1;
}

static void dissect(struct dissection *, int, int64_t, int64_t);

static void
dissect_sequence(struct dissection *d, const struct node *n, int64_t from, int64_t to)
{
	struct positions ends, starts;

	if (!make_sets(&ends, &starts, from, to)) {
		d->failed = true;
		return;
	}
	for (int c = n->child; c != 0 && !d->failed; c = node_at(d, c)->next) {
		const struct node *child = node_at(d, c);
		int64_t middle = to;

		if (child->next != 0) {
			/* Read backwards, the later children come first. */
			struct piece rest = { n->backward.start, child->backward.start };

			ends.low = starts.low = from;
			__regex_ends(d->s, child->forward, from, &ends);
			__regex_starts(d->s, rest, to, &starts);
			middle = last_common(&ends, &starts);
			if (middle < 0)
				break;
		}
		dissect(d, c, from, middle);
		from = middle;
	}
	free(ends.bits);
}

static void
dissect_choice(struct dissection *d, const struct node *n, int64_t from, int64_t to)
{
	struct positions ends, unused;

	if (!make_sets(&ends, &unused, from, to)) {
		d->failed = true;
		return;
	}
	for (int c = n->child; c != 0; c = node_at(d, c)->next) {
		__regex_ends(d->s, node_at(d, c)->forward, from, &ends);
		if (has(&ends, to)) {
			dissect(d, c, from, to);
			break;
		}
	}
	free(ends.bits);
}

/* Each iteration as long as it can be; only the last one's groups remain. */
static void
dissect_loop(struct dissection *d, const struct node *n, int64_t from, int64_t to)
{
	const struct node *body = node_at(d, n->child);
	struct positions ends, starts;
	struct piece more = n->backward;

	if (from == to && n->later)
		return;
	if (!make_sets(&ends, &starts, from, to)) {
		d->failed = true;
		return;
	}
	/* Where the loop can be left off so that further iterations reach `to`. */
	__regex_starts(d->s, more, to, &starts);
	do {
		int64_t middle = to;

		ends.low = from;
		__regex_ends(d->s, body->forward, from, &ends);
		while (middle > from && !(has(&ends, middle) && (middle == to || has(&starts, middle))))
			middle--;
		if (middle == from && !has(&ends, from))
			break;
		forget(d, body);
		dissect(d, n->child, from, middle);
		if (middle == from)
			break;
		from = middle;
	} while (from < to && !d->failed);
	free(ends.bits);
}

static void
dissect_optional(struct dissection *d, const struct node *n, int64_t from, int64_t to)
{
	const struct node *body = node_at(d, n->child);
	struct positions ends, unused;
	bool taken = true;

	if (from == to) {
		if (n->later)
			return;
		if (!make_sets(&ends, &unused, from, to)) {
			d->failed = true;
			return;
		}
		__regex_ends(d->s, body->forward, from, &ends);
		taken = has(&ends, to);
		free(ends.bits);
	}
	if (taken) {
		forget(d, body);
		dissect(d, n->child, from, to);
	}
}

static void
dissect(struct dissection *d, int number, int64_t from, int64_t to)
{
	const struct node *n = node_at(d, number);

	if (d->failed || !matters(d, n))
		return;
	switch (n->kind) {
	case NODE_GROUP:
		if ((size_t)n->value < d->count) {
			d->matches[n->value].rm_so = from;
			d->matches[n->value].rm_eo = to;
		}
		dissect(d, n->child, from, to);
		break;
	case NODE_SEQUENCE:
		dissect_sequence(d, n, from, to);
		break;
	case NODE_CHOICE:
		dissect_choice(d, n, from, to);
		break;
	case NODE_OPTIONAL:
		dissect_optional(d, n, from, to);
		break;
	case NODE_STAR:
	case NODE_PLUS:
		dissect_loop(d, n, from, to);
		break;
	default:
		break;
	}
}

int
__regex_submatches(struct simulator *s, int64_t start, int64_t end, regmatch_t *matches, size_t count)
{
	struct dissection d = { s, matches, count, false };

	dissect(&d, s->g->root, start, end);
	return d.failed ? REG_ESPACE : 0;
}
