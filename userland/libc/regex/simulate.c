#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "regex_private.h"

struct thread {
	int pc;
	int64_t start;
};

/* A set of threads by pc, in the order they were added (a sparse set). */
struct thread_list {
	int count;
	int *where;		/* pc to index; meaningful only if that thread has that pc */
	struct thread *threads;
};

static struct thread_list *
new_list(size_t size)
{
	struct thread_list *list = malloc(sizeof(*list));

	if (list == NULL)
		return NULL;
	list->count = 0;
	list->where = calloc(size, sizeof(*list->where));
	list->threads = malloc(size * sizeof(*list->threads));
	return list;
}

static void
free_list(struct thread_list *list)
{
	if (list == NULL)
		return;
	free(list->where);
	free(list->threads);
	free(list);
}

int
__regex_sim_init(struct simulator *s, const struct re_guts *g, const struct text *text)
{
	int larger = g->forward.count > g->backward.count ? g->forward.count : g->backward.count;
	size_t size = (size_t)larger + 1;

	s->g = g;
	s->text = text;
	s->now = new_list(size);
	s->later = new_list(size);
	s->stack = malloc(2 * size * sizeof(*s->stack));
	if (s->stack == NULL || s->now == NULL || s->later == NULL || s->now->where == NULL ||
	    s->now->threads == NULL || s->later->where == NULL || s->later->threads == NULL) {
		__regex_sim_free(s);
		return REG_ESPACE;
	}
	return 0;
}

void
__regex_sim_free(struct simulator *s)
{
	free_list(s->now);
	free_list(s->later);
	free(s->stack);
}

/* With both flags the text goes on from what lies before its start, and that counts. */
static bool
continues(const struct text *t)
{
	return t->start > 0 && (t->eflags & (REG_STARTEND | REG_NOTBOL)) == (REG_STARTEND | REG_NOTBOL);
}

static bool
is_word_byte(const struct text *t, int64_t position)
{
	unsigned char c;

	if (position >= t->end || (position < t->start && !continues(t)))
		return false;
	c = (unsigned char)t->base[position];
	return isalnum(c) || c == '_';
}

bool
__regex_holds(const struct re_guts *g, const struct text *t, enum assertion assertion, int64_t position)
{
	bool before, after;

	switch (assertion) {
	case AT_LINE_START:
		if (position == t->start && !continues(t))
			return !(t->eflags & REG_NOTBOL);
		return g->flags & REG_NEWLINE && t->base[position - 1] == '\n';
	case AT_LINE_END:
		if (position == t->end)
			return !(t->eflags & REG_NOTEOL);
		return g->flags & REG_NEWLINE && t->base[position] == '\n';
	case AT_TEXT_START:
		return position == t->start && !(t->eflags & REG_NOTBOL);
	case AT_TEXT_END:
		return position == t->end && !(t->eflags & REG_NOTEOL);
	default:
		break;
	}
	before = is_word_byte(t, position - 1);
	after = is_word_byte(t, position);
	switch (assertion) {
	case AT_WORD_START:
		return !before && after;
	case AT_WORD_END:
		return before && !after;
	case AT_WORD_EDGE:
		return before != after;
	default:
		return before == after;
	}
}

static bool
present(const struct thread_list *list, int pc)
{
	int i = list->where[pc];

	return i < list->count && list->threads[i].pc == pc;
}

/*
 * Add a thread and all that it reaches without reading a byte.  The first
 * arrival at a pc stays: threads come in the order of their starts.
 */
static void
add(struct simulator *s, struct thread_list *list, const struct program *program, int pc, int end,
    int64_t start, int64_t position)
{
	int depth = 0;

	s->stack[depth++] = pc;
	while (depth > 0) {
		const struct instruction *in;

		pc = s->stack[--depth];
		if (present(list, pc))
			continue;
		list->where[pc] = list->count;
		list->threads[list->count++] = (struct thread){ pc, start };
		if (pc == end)
			continue;
		in = &program->code[pc];
		switch (in->op) {
		case OP_JUMP:
			s->stack[depth++] = in->x;
			break;
		case OP_SPLIT:
			s->stack[depth++] = in->y;
			s->stack[depth++] = in->x;
			break;
		case OP_ASSERT:
			if (__regex_holds(s->g, s->text, (enum assertion)in->x, position))
				s->stack[depth++] = pc + 1;
			break;
		default:
			break;
		}
	}
}

static bool
reads(const struct re_guts *g, const struct instruction *in, unsigned char c)
{
	if (in->op == OP_BYTE)
		return in->x == c;
	return in->op == OP_SET && set_has(&g->sets[in->x], c);
}

/* Let every thread read c; those that can go on are in s->now afterwards. */
static void
step(struct simulator *s, const struct program *program, int end, unsigned char c, int64_t position,
    int64_t latest_start)
{
	struct thread_list *swap = s->now;

	s->later->count = 0;
	for (int i = 0; i < s->now->count; i++) {
		const struct thread *t = &s->now->threads[i];

		if (t->pc != end && t->start <= latest_start && reads(s->g, &program->code[t->pc], c))
			add(s, s->later, program, t->pc + 1, end, t->start, position);
	}
	s->now = s->later;
	s->later = swap;
}

int
__regex_search(struct simulator *s, bool any, int64_t *match_start, int64_t *match_end)
{
	const struct re_guts *g = s->g;
	const struct text *t = s->text;
	int end = g->forward.count - 1;
	int64_t best = INT64_MAX;

	s->now->count = 0;
	for (int64_t p = t->start;; p++) {
		if (best == INT64_MAX) {
			/* With nothing under way, skip what cannot begin a match. */
			if (s->now->count == 0 && !g->may_be_empty)
				while (p < t->end && !set_has(&g->first, (unsigned char)t->base[p]))
					p++;
			add(s, s->now, &g->forward, 0, end, p, p);
		}
		if (present(s->now, end)) {
			int64_t start = s->now->threads[s->now->where[end]].start;

			if (start <= best) {
				best = start;
				*match_start = start;
				*match_end = p;
				if (any)
					return 0;
			}
		}
		if (p >= t->end || (s->now->count == 0 && best != INT64_MAX))
			break;
		step(s, &g->forward, end, (unsigned char)t->base[p], p + 1, best);
	}
	return best == INT64_MAX ? REG_NOMATCH : 0;
}

static void
mark(struct positions *set, int64_t position)
{
	position -= set->low;
	set->bits[position / 64] |= 1ULL << position % 64;
}

static void
clear(struct positions *set)
{
	memset(set->bits, 0, (size_t)((set->high - set->low) / 64 + 1) * sizeof(*set->bits));
}

void
__regex_ends(struct simulator *s, struct piece piece, int64_t from, struct positions *set)
{
	const struct program *program = &s->g->forward;

	clear(set);
	s->now->count = 0;
	add(s, s->now, program, piece.start, piece.end, 0, from);
	for (int64_t p = from; s->now->count > 0; p++) {
		if (present(s->now, piece.end))
			mark(set, p);
		if (p >= set->high)
			break;
		step(s, program, piece.end, (unsigned char)s->text->base[p], p + 1, 0);
	}
}

void
__regex_starts(struct simulator *s, struct piece piece, int64_t to, struct positions *set)
{
	const struct program *program = &s->g->backward;

	clear(set);
	s->now->count = 0;
	add(s, s->now, program, piece.start, piece.end, 0, to);
	for (int64_t p = to; s->now->count > 0; p--) {
		if (present(s->now, piece.end))
			mark(set, p);
		if (p <= set->low)
			break;
		step(s, program, piece.end, (unsigned char)s->text->base[p - 1], p - 1, 0);
	}
}
