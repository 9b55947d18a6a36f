#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "regex_private.h"

/*
 * Matching with back-references: all ways are tried, greedy ones first, until
 * one reaches the end of the text; the longest seen counts.  What is still to
 * be matched is a chain of continuations.
 */
struct rest {
	enum { REST_NODES, REST_CLOSE_GROUP, REST_LOOP } what;
	int node;		/* the first of siblings, the group's node, the loop's node */
	int64_t entered;	/* where the loop's iteration or the group began */
	const struct rest *then;
};

struct search {
	const struct re_guts *g;
	const struct text *text;
	int64_t *from, *to;	/* of each group now; -1 when unset */
	int64_t *best_from, *best_to;
	int64_t best_end;
};

static bool go_on(struct search *, int64_t, const struct rest *);

/* All done: remember it if it is longer.  True ends the search. */
static bool
finish(struct search *s, int64_t position)
{
	size_t size = ((size_t)s->g->groups + 1) * sizeof(*s->from);

	if (position > s->best_end) {
		s->best_end = position;
		memcpy(s->best_from, s->from, size);
		memcpy(s->best_to, s->to, size);
	}
	return position == s->text->end;
}

static bool
same_text(const struct search *s, int64_t a, int64_t b, int64_t len)
{
	const char *x = s->text->base + a, *y = s->text->base + b;

	for (; len > 0; x++, y++, len--)
		if (*x != *y && !(s->g->flags & REG_ICASE &&
		    tolower((unsigned char)*x) == tolower((unsigned char)*y)))
			return false;
	return true;
}

static bool
try_backref(struct search *s, int group, int64_t position, const struct rest *then)
{
	int64_t len = s->to[group] - s->from[group];

	if (s->to[group] < 0 || len > s->text->end - position ||
	    !same_text(s, s->from[group], position, len))
		return false;
	return go_on(s, position + len, then);
}

/* One more iteration of a loop, its groups forgotten. */
static bool
try_iteration(struct search *s, int number, int64_t position, const struct rest *then)
{
	const struct node *n = &s->g->nodes[number], *body = &s->g->nodes[n->child];
	struct rest again = { REST_LOOP, number, position, then };
	struct rest nodes = { REST_NODES, n->child, 0, n->kind == NODE_OPTIONAL ? then : &again };
	int groups = body->end_group > body->first_group ? body->end_group - body->first_group : 0;
	int64_t saved[groups + 1];
	bool done;

	for (int i = 0; i < groups; i++) {
		saved[i] = s->to[body->first_group + i];
		s->to[body->first_group + i] = -1;
	}
	done = go_on(s, position, &nodes);
	for (int i = 0; i < groups && !done; i++)
		s->to[body->first_group + i] = saved[i];
	return done;
}

static bool
try_node(struct search *s, int number, int64_t position, const struct rest *then)
{
	const struct node *n = &s->g->nodes[number];
	const struct text *t = s->text;
	unsigned char c = position < t->end ? (unsigned char)t->base[position] : 0;

	switch (n->kind) {
	case NODE_EMPTY:
		return go_on(s, position, then);
	case NODE_BYTE:
		return position < t->end && c == n->value && go_on(s, position + 1, then);
	case NODE_SET:
		return position < t->end && set_has(&s->g->sets[n->value], c) && go_on(s, position + 1, then);
	case NODE_ASSERT:
		return __regex_holds(s->g, t, (enum assertion)n->value, position) && go_on(s, position, then);
	case NODE_BACKREF:
		return try_backref(s, n->value, position, then);
	case NODE_GROUP: {
		struct rest close = { REST_CLOSE_GROUP, number, position, then };
		struct rest inside = { REST_NODES, n->child, 0, &close };

		return go_on(s, position, &inside);
	}
	case NODE_SEQUENCE: {
		struct rest inside = { REST_NODES, n->child, 0, then };

		return go_on(s, position, &inside);
	}
	case NODE_CHOICE:
		for (int c2 = n->child; c2 != 0; c2 = s->g->nodes[c2].next)
			if (try_node(s, c2, position, then))
				return true;
		return false;
	case NODE_OPTIONAL:
	case NODE_STAR:
		return try_iteration(s, number, position, then) || go_on(s, position, then);
	default:
		return try_iteration(s, number, position, then);
	}
}

static bool
go_on(struct search *s, int64_t position, const struct rest *rest)
{
	struct rest siblings;
	int group;
	int64_t old_from, old_to;

	if (rest == NULL)
		return finish(s, position);
	switch (rest->what) {
	case REST_NODES:
		if (rest->node == 0)
			return go_on(s, position, rest->then);
		/* Branches of a choice are siblings too, but not one after the other: those
		   are entered through try_node, never through here. */
		siblings = *rest;
		siblings.node = s->g->nodes[rest->node].next;
		return try_node(s, rest->node, position, siblings.node != 0 ? &siblings : rest->then);
	case REST_CLOSE_GROUP:
		group = s->g->nodes[rest->node].value;
		old_from = s->from[group];
		old_to = s->to[group];
		s->from[group] = rest->entered;
		s->to[group] = position;
		if (go_on(s, position, rest->then))
			return true;
		s->from[group] = old_from;
		s->to[group] = old_to;
		return false;
	default:
		/* An empty iteration would repeat forever. */
		if (position != rest->entered && try_iteration(s, rest->node, position, rest->then))
			return true;
		return go_on(s, position, rest->then);
	}
}

static void
report(const struct search *s, int64_t start, regmatch_t *matches, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		matches[i].rm_so = matches[i].rm_eo = -1;
		if (i == 0) {
			matches[0].rm_so = start;
			matches[0].rm_eo = s->best_end;
		} else if (i <= (size_t)s->g->groups && s->best_to[i] >= 0) {
			matches[i].rm_so = s->best_from[i];
			matches[i].rm_eo = s->best_to[i];
		}
	}
}

int
__regex_backtrack(const struct re_guts *g, const struct text *text, regmatch_t *matches, size_t count)
{
	size_t groups = (size_t)g->groups + 1;
	struct search s = { .g = g, .text = text, .best_end = -1 };
	int64_t *arrays = malloc(4 * groups * sizeof(*arrays));

	if (arrays == NULL)
		return REG_ESPACE;
	s.from = arrays;
	s.to = arrays + groups;
	s.best_from = arrays + 2 * groups;
	s.best_to = arrays + 3 * groups;
	for (int64_t start = text->start; start <= text->end && s.best_end < 0; start++) {
		memset(arrays, 0xff, 4 * groups * sizeof(*arrays));
		try_node(&s, g->root, start, NULL);
		if (s.best_end >= 0)
			report(&s, start, matches, count);
	}
	free(arrays);
	return s.best_end < 0 ? REG_NOMATCH : 0;
}
