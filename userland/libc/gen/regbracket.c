/* Bracket expressions and other sets of characters. */
#include <ctype.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "regex2.h"
#include "regparse.h"

static struct charset *
new_set(struct parser *p)
{
	struct re_guts *g = p->g;

	if (g->set_count == g->set_room) {
		g->set_room = g->set_room == 0 ? 4 : g->set_room * 2;
		if (reallocarr(&g->sets, g->set_room, sizeof(*g->sets)) != 0)
			__regex_fail(p, REG_ESPACE);
	}
	memset(&g->sets[g->set_count], 0, sizeof(*g->sets));
	return &g->sets[g->set_count++];
}

static void
finish_set(struct parser *p, struct charset *s, bool negate)
{
	int c;

	if ((p->flags & REG_ICASE) != 0)
		for (c = 'a'; c <= 'z'; c++)
			if (charset_has(s, c) || charset_has(s, toupper(c))) {
				charset_add(s, c);
				charset_add(s, toupper(c));
			}
	if (negate) {
		if ((p->flags & REG_NEWLINE) != 0)
			charset_add(s, '\n');
		for (c = 0; c < (int)sizeof(s->bits); c++)
			s->bits[c] = ~s->bits[c];
	}
	__regex_emit(p, OP_SET, 0, (int)p->g->set_count - 1);
}

static void
add_class(struct charset *s, int (*test)(int))
{
	int c;

	for (c = 0; c <= UCHAR_MAX; c++)
		if (test(c))
			charset_add(s, c);
}

static void
named_class(struct parser *p, struct charset *s, const char *name, size_t length)
{
	static const struct {
		const char *name;
		int (*test)(int);
	} classes[] = {
		{ "alnum", isalnum }, { "alpha", isalpha }, { "blank", isblank }, { "cntrl", iscntrl },
		{ "digit", isdigit }, { "graph", isgraph }, { "lower", islower }, { "print", isprint },
		{ "punct", ispunct }, { "space", isspace }, { "upper", isupper }, { "xdigit", isxdigit },
	};
	size_t i;

	for (i = 0; i < __arraycount(classes); i++)
		if (strlen(classes[i].name) == length && memcmp(classes[i].name, name, length) == 0)
			break;
	if (i == __arraycount(classes))
		__regex_fail(p, REG_ECTYPE);
	add_class(s, classes[i].test);
}

/* One character of a bracket expression, [.x.] included; the position moves past it. */
static int
bracket_char(struct parser *p)
{
	int c = peek(p, 0);

	if (c == -1)
		__regex_fail(p, REG_EBRACK);
	if (c == '[' && peek(p, 1) == '.') {
		c = peek(p, 2);
		if (peek(p, 3) != '.' || peek(p, 4) != ']')
			__regex_fail(p, REG_ECOLLATE);
		p->p += 5;
		return c;
	}
	p->p++;
	return c;
}

/* [:class:] or [=x=]; false when neither stands here. */
static bool
bracket_class(struct parser *p, struct charset *s)
{
	int kind = peek(p, 1);
	const char *name = p->p + 2, *q = name;

	if (peek(p, 0) != '[' || (kind != ':' && kind != '='))
		return false;
	while (q + 1 < p->end && (q[0] != kind || q[1] != ']'))
		q++;
	if (q + 1 >= p->end)
		__regex_fail(p, REG_EBRACK);
	if (kind == ':')
		named_class(p, s, name, q - name);
	else if (q - name == 1)
		charset_add(s, *name);
	else
		__regex_fail(p, REG_ECOLLATE);
	p->p = q + 2;
	return true;
}

/* Behind the [. */
void
__regex_bracket(struct parser *p)
{
	bool negate = false, first = true;
	struct charset *s;
	int low, high;

	if (p->end - p->p >= 6 && (strncmp(p->p, "[:<:]]", 6) == 0 || strncmp(p->p, "[:>:]]", 6) == 0)) {
		__regex_emit(p, p->p[2] == '<' ? OP_WORD_START : OP_WORD_END, 0, 0);
		p->p += 6;
		return;
	}
	s = new_set(p);
	if (peek(p, 0) == '^') {
		negate = true;
		p->p++;
	}
	for (; peek(p, 0) != ']' || first; first = false) {
		if (bracket_class(p, s))
			continue;
		low = high = bracket_char(p);
		if (peek(p, 0) == '-' && peek(p, 1) != ']') {
			p->p++;
			high = bracket_char(p);
		}
		if (low > high)
			__regex_fail(p, REG_ERANGE);
		for (; low <= high; low++)
			charset_add(s, low);
	}
	p->p++;
	finish_set(p, s, negate);
}

void
__regex_shorthand(struct parser *p, int (*test)(int), bool negate)
{
	struct charset *s = new_set(p);

	add_class(s, test);
	finish_set(p, s, negate);
}
