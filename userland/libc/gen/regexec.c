/*
 * regexec(3): runs the program of a regular expression.
 *
 * All ways through the program are tried, the preferred one first, and the longest match wins. A way that
 * comes to an instruction at a position where another has been can only do as that one did, so it is given
 * up: the work is bounded by program length times text length. Only back references make two visits
 * different; with them every way is followed to its end.
 */
#include <ctype.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "regex2.h"

/* Something to come back to: another way, or the old value of a slot to put back first. */
struct pending {
	int slot;		/* -1: a way */
	const struct instruction *pc;
	const char *value;	/* the position, or the slot's */
};

struct match {
	const struct re_guts *g;
	const char *begin, *end;	/* of the text */
	int flags;
	const char **slots;
	const char **best;
	const char *best_end;
	bool any_will_do;
	unsigned char *visited;
	struct pending *stack;
	size_t height, room;
};

static bool
push(struct match *m, int slot, const struct instruction *pc, const char *value)
{
	if (m->height == m->room) {
		size_t room = m->room == 0 ? 64 : m->room * 2;

		if (reallocarr(&m->stack, room, sizeof(*m->stack)) != 0)
			return false;
		m->room = room;
	}
	m->stack[m->height++] = (struct pending){ .slot = slot, .pc = pc, .value = value };
	return true;
}

static bool
word_at(const struct match *m, const char *s)
{
	return s >= m->begin && s < m->end && (isalnum((unsigned char)*s) || *s == '_');
}

static bool
assertion(const struct match *m, enum op op, const char *s)
{
	bool newline = (m->g->flags & REG_NEWLINE) != 0;
	bool before = word_at(m, s - 1), after = word_at(m, s);

	switch (op) {
	case OP_BOL:
		return (s == m->begin && (m->flags & REG_NOTBOL) == 0) ||
		    (newline && s > m->begin && s[-1] == '\n');
	case OP_EOL:
		return (s == m->end && (m->flags & REG_NOTEOL) == 0) ||
		    (newline && s < m->end && *s == '\n');
	case OP_WORD_START:
		return !before && after;
	case OP_WORD_END:
		return before && !after;
	case OP_WORD_EDGE:
		return before != after;
	default:
		return before == after;
	}
}

static bool
matches_char(const struct match *m, const struct instruction *pc, const char *s)
{
	if (s == m->end)
		return false;
	switch (pc->op) {
	case OP_CHAR:
		return (unsigned char)*s == pc->c;
	case OP_CHAR_FOLD:
		return tolower((unsigned char)*s) == pc->c;
	case OP_ANY:
		return true;
	case OP_ANY_BUT_NEWLINE:
		return *s != '\n';
	default:
		return charset_has(&m->g->sets[pc->x], (unsigned char)*s);
	}
}

/* Where the text goes on behind a repetition of the group, or NULL. */
static const char *
match_backref(const struct match *m, int group, const char *s)
{
	const char *from = m->slots[2 * group], *to = m->slots[2 * group + 1];
	bool fold = (m->g->flags & REG_ICASE) != 0;

	if (from == NULL || to == NULL || to - from > m->end - s)
		return NULL;
	for (; from < to; from++, s++)
		if (*from != *s && !(fold && tolower((unsigned char)*from) == tolower((unsigned char)*s)))
			return NULL;
	return s;
}

/* False when somebody has been at this instruction and position. */
static bool
first_visit(struct match *m, const struct instruction *pc, const char *s)
{
	size_t bit = (pc - m->g->code) * (size_t)(m->end - m->begin + 1) + (s - m->begin);

	if (m->visited == NULL)
		return true;
	if ((m->visited[bit / 8] >> bit % 8) & 1)
		return false;
	m->visited[bit / 8] |= 1u << bit % 8;
	return true;
}

static void
found(struct match *m, const char *s)
{
	if (m->best_end != NULL && s <= m->best_end)
		return;
	m->best_end = s;
	memcpy(m->best, m->slots, m->g->slots * sizeof(*m->slots));
}

/* Follows one way until it ends. 0, or REG_ESPACE. */
static int
follow(struct match *m, const struct instruction *pc, const char *s)
{
	for (;;) {
		switch (pc->op) {
		case OP_MATCH:
			found(m, s);
			return 0;
		case OP_SAVE:
			if (!push(m, pc->x, NULL, m->slots[pc->x]))
				return REG_ESPACE;
			m->slots[pc->x] = s;
			pc++;
			continue;
		case OP_JUMP:
			pc += pc->x;
			continue;
		case OP_SPLIT:
			if (!first_visit(m, pc, s))
				return 0;
			if (!push(m, -1, pc + pc->y, s))
				return REG_ESPACE;
			pc += pc->x;
			continue;
		case OP_LOOP:
			if (!first_visit(m, pc, s))
				return 0;
			if (m->slots[pc->y] == s) {
				pc++;
				continue;
			}
			if (!push(m, -1, pc + 1, s))
				return REG_ESPACE;
			pc += pc->x;
			continue;
		case OP_BACKREF:
			s = match_backref(m, pc->x, s);
			if (s == NULL)
				return 0;
			break;
		case OP_CHAR:
		case OP_CHAR_FOLD:
		case OP_ANY:
		case OP_ANY_BUT_NEWLINE:
		case OP_SET:
			if (!matches_char(m, pc, s))
				return 0;
			s++;
			break;
		default:
			if (!assertion(m, pc->op, s))
				return 0;
		}
		pc++;
	}
}

/* Everything that can match from this position on. */
static int
try_at(struct match *m, const char *s)
{
	struct pending p;
	int error;

	memset(m->slots, 0, m->g->slots * sizeof(*m->slots));
	m->height = 0;
	error = follow(m, m->g->code, s);
	while (error == 0 && m->height > 0 && !(m->any_will_do && m->best_end != NULL)) {
		p = m->stack[--m->height];
		if (p.slot >= 0)
			m->slots[p.slot] = p.value;
		else
			error = follow(m, p.pc, p.value);
	}
	return error;
}

static int
search(struct match *m, const char **start)
{
	const struct instruction *first = m->g->code;
	bool anchored = first->op == OP_BOL && (m->g->flags & REG_NEWLINE) == 0;
	const char *s;
	int error;

	for (s = m->begin; s <= m->end; s++) {
		if (first->op == OP_CHAR) {
			s = s == m->end ? NULL : memchr(s, first->c, m->end - s);
			if (s == NULL)
				break;
		}
		error = try_at(m, s);
		if (error != 0)
			return error;
		if (m->best_end != NULL) {
			*start = s;
			return 0;
		}
		if (anchored)
			break;
	}
	return REG_NOMATCH;
}

static void
report(const struct match *m, const regex_t *re, const char *origin, const char *start, size_t count,
    regmatch_t *result)
{
	size_t i;

	for (i = 0; i < count; i++) {
		result[i].rm_so = result[i].rm_eo = -1;
		if (i == 0) {
			result[i].rm_so = start - origin;
			result[i].rm_eo = m->best_end - origin;
		} else if (i <= re->re_nsub && m->best[2 * i] != NULL && m->best[2 * i + 1] != NULL) {
			result[i].rm_so = m->best[2 * i] - origin;
			result[i].rm_eo = m->best[2 * i + 1] - origin;
		}
	}
}

int
regexec(const regex_t *restrict re, const char *restrict text, size_t count, regmatch_t *result, int flags)
{
	struct match m = { .g = re->re_g, .begin = text, .flags = flags };
	const char *start = NULL;
	size_t bits;
	int error;

	if (re->re_magic != REGEX_MAGIC)
		return REG_BADPAT;
	if ((flags & REG_STARTEND) != 0) {
		m.begin = text + result[0].rm_so;
		m.end = text + result[0].rm_eo;
	} else
		m.end = text + strlen(text);
	if ((m.g->flags & REG_NOSUB) != 0)
		count = 0;
	m.any_will_do = count == 0;

	m.slots = calloc(2 * m.g->slots, sizeof(*m.slots));
	if (m.slots == NULL)
		return REG_ESPACE;
	m.best = m.slots + m.g->slots;
	if (!m.g->backrefs) {
		bits = m.g->length * (size_t)(m.end - m.begin + 1);
		m.visited = calloc(1, bits / 8 + 1);
		if (m.visited == NULL) {
			free(m.slots);
			return REG_ESPACE;
		}
	}
	error = search(&m, &start);
	if (error == 0)
		report(&m, re, text, start, count, result);
	free(m.slots);
	free(m.visited);
	free(m.stack);
	return error;
}
