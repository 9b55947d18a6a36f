#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "regex_private.h"

#define DEEPEST 1000

/* A new node, or 0 with the error set. */
int
__regex_node(struct parser *p, enum kind kind, int value)
{
	struct re_guts *g = p->g;

	if (p->error != 0)
		return 0;
	if (g->node_count >= g->node_size) {
		int size = g->node_size * 2 + 32;
		struct node *grown = NULL;

		if (size <= 2 * MOST_NODES)
			grown = realloc(g->nodes, (size_t)size * sizeof(*grown));
		if (grown == NULL) {
			p->error = REG_ESPACE;
			return 0;
		}
		g->nodes = grown;
		g->node_size = size;
		if (g->node_count == 0)
			g->node_count = 1;
	}
	g->nodes[g->node_count] = (struct node){ .kind = kind, .value = value };
	return g->node_count++;
}

int
__regex_set_node(struct parser *p, byte_set set)
{
	struct re_guts *g = p->g;

	if (g->set_count == g->set_size) {
		int size = g->set_size * 2 + 8;
		byte_set *grown = realloc(g->sets, (size_t)size * sizeof(*grown));

		if (grown == NULL) {
			p->error = REG_ESPACE;
			return 0;
		}
		g->sets = grown;
		g->set_size = size;
	}
	g->sets[g->set_count] = set;
	return __regex_node(p, NODE_SET, g->set_count++);
}

static int
byte_node(struct parser *p, unsigned char c)
{
	byte_set both = { { 0, 0, 0, 0 } };

	if (!(p->g->flags & REG_ICASE) || !isalpha(c))
		return __regex_node(p, NODE_BYTE, c);
	set_add(&both, (unsigned char)tolower(c));
	set_add(&both, (unsigned char)toupper(c));
	return __regex_set_node(p, both);
}

static int
any_node(struct parser *p)
{
	byte_set all = { { UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX } };

	if (p->g->flags & REG_NEWLINE)
		set_remove(&all, '\n');
	return __regex_set_node(p, all);
}

static int
class_node(struct parser *p, char letter)
{
	byte_set set = { { 0, 0, 0, 0 } };
	bool wanted = letter == 'w' || letter == 's';

	for (int c = 0; c < 256; c++)
		if (((letter | 0x20) == 'w' ? isalnum(c) || c == '_' : isspace(c) != 0) == wanted)
			set_add(&set, (unsigned char)c);
	return __regex_set_node(p, set);
}

static bool
at(const struct parser *p, const char *what)
{
	size_t len = strlen(what);

	return (size_t)(p->end - p->p) >= len && memcmp(p->p, what, len) == 0;
}

static bool
take(struct parser *p, const char *what)
{
	if (!at(p, what))
		return false;
	p->p += strlen(what);
	return true;
}

static bool
extended(const struct parser *p)
{
	return p->g->flags & REG_EXTENDED;
}

static int parse_choice(struct parser *);

static int
parse_group(struct parser *p)
{
	int number = ++p->g->groups, group = __regex_node(p, NODE_GROUP, number), inside;

	if (++p->depth > DEEPEST) {
		p->error = REG_ESPACE;
		return 0;
	}
	inside = parse_choice(p);
	p->depth--;
	if (p->error != 0)
		return 0;
	if (!take(p, extended(p) ? ")" : "\\)")) {
		p->error = REG_EPAREN;
		return 0;
	}
	if (number < 64)
		p->closed |= 1ULL << number;
	p->g->nodes[group].child = inside;
	return group;
}

static int
parse_backref(struct parser *p, int number)
{
	if (!(p->closed >> number & 1)) {
		p->error = REG_ESUBREG;
		return 0;
	}
	p->g->backrefs = true;
	return __regex_node(p, NODE_BACKREF, number);
}

/* What follows a backslash that is not syntax of its own. */
static int
parse_escape(struct parser *p)
{
	char c;

	if (p->p == p->end) {
		p->error = REG_EESCAPE;
		return 0;
	}
	c = *p->p++;
	switch (c) {
	case '<':
		return __regex_node(p, NODE_ASSERT, AT_WORD_START);
	case '>':
		return __regex_node(p, NODE_ASSERT, AT_WORD_END);
	case 'b':
		return __regex_node(p, NODE_ASSERT, AT_WORD_EDGE);
	case 'B':
		return __regex_node(p, NODE_ASSERT, NOT_AT_WORD_EDGE);
	case '`':
		return __regex_node(p, NODE_ASSERT, AT_TEXT_START);
	case '\'':
		return __regex_node(p, NODE_ASSERT, AT_TEXT_END);
	case 'w':
	case 'W':
	case 's':
	case 'S':
		return class_node(p, c);
	default:
		if (c >= '1' && c <= '9')
			return parse_backref(p, c - '0');
		return byte_node(p, (unsigned char)c);
	}
}

/* In a basic expression '$' is an anchor only where the expression may end. */
static bool
dollar_is_anchor(const struct parser *p)
{
	return extended(p) || p->p == p->end || at(p, "\\)") || at(p, "\\|");
}

static int
parse_atom(struct parser *p, bool first)
{
	char c = *p->p++;

	if (c == '\\') {
		if (!extended(p) && take(p, "("))
			return parse_group(p);
		if (!extended(p) && at(p, "{")) {
			p->error = REG_BADRPT;
			return 0;
		}
		return parse_escape(p);
	}
	if (c == '[')
		return __regex_bracket(p);
	if (c == '.')
		return any_node(p);
	if (c == '^' && (extended(p) || first))
		return __regex_node(p, NODE_ASSERT, AT_LINE_START);
	if (c == '$' && dollar_is_anchor(p))
		return __regex_node(p, NODE_ASSERT, AT_LINE_END);
	if (extended(p)) {
		if (c == '(')
			return parse_group(p);
		/* '{' is special only before a digit. */
		if (c == '*' || c == '+' || c == '?' ||
		    (c == '{' && p->p < p->end && isdigit((unsigned char)*p->p))) {
			p->error = REG_BADRPT;
			return 0;
		}
	}
	return byte_node(p, (unsigned char)c);
}

static int
parse_count(struct parser *p)
{
	int n = 0;

	if (p->p == p->end || !isdigit((unsigned char)*p->p)) {
		p->error = p->p == p->end ? REG_EBRACE : REG_BADBR;
		return 0;
	}
	for (; p->p < p->end && isdigit((unsigned char)*p->p); p->p++)
		if ((n = n * 10 + (*p->p - '0')) > MOST_REPEATS) {
			p->error = REG_BADBR;
			return 0;
		}
	return n;
}

/* Is a repetition next?  Sets the bounds, -1 for none. */
static bool
parse_repetition(struct parser *p, int *min, int *max)
{
	bool ere = extended(p);

	*max = -1;
	if (take(p, "*"))
		*min = 0;
	else if (take(p, ere ? "+" : "\\+"))
		*min = 1;
	else if (take(p, ere ? "?" : "\\?")) {
		*min = 0;
		*max = 1;
	} else if (ere ? at(p, "{") && p->end - p->p > 1 && isdigit((unsigned char)p->p[1]) : at(p, "\\{")) {
		p->p += ere ? 1 : 2;
		*min = *max = parse_count(p);
		if (p->error == 0 && take(p, ","))
			*max = at(p, ere ? "}" : "\\}") ? -1 : parse_count(p);
		if (p->error == 0 && !take(p, ere ? "}" : "\\}"))
			p->error = memchr(p->p, '}', (size_t)(p->end - p->p)) == NULL ? REG_EBRACE : REG_BADBR;
		if (p->error == 0 && *max != -1 && *max < *min)
			p->error = REG_BADBR;
	} else
		return false;
	return p->error == 0;
}

static int
copy_tree(struct parser *p, int from)
{
	int copy, last = 0;

	if (p->g->node_count > MOST_NODES) {
		p->error = REG_ESPACE;
		return 0;
	}
	copy = __regex_node(p, p->g->nodes[from].kind, p->g->nodes[from].value);
	if (copy == 0)
		return 0;
	p->g->nodes[copy].later = p->g->nodes[from].later;
	for (int c = p->g->nodes[from].child; c != 0 && p->error == 0; c = p->g->nodes[c].next) {
		int made = copy_tree(p, c);

		if (last == 0)
			p->g->nodes[copy].child = made;
		else
			p->g->nodes[last].next = made;
		last = made;
	}
	return copy;
}

static int
wrap(struct parser *p, enum kind kind, int child, bool later)
{
	int n = __regex_node(p, kind, 0);

	if (n != 0) {
		p->g->nodes[n].child = child;
		p->g->nodes[n].later = later;
	}
	return n;
}

/*
 * x{2,4} becomes x x (x (x)?)?, and x{2,} becomes x x x*: the copies share
 * their group numbers.
 */
static int
repeat(struct parser *p, int atom, int min, int max)
{
	int sequence, last = atom, tail = 0;

	if (min == 0 && max == -1)
		return wrap(p, NODE_STAR, atom, false);
	if (min == 1 && max == -1)
		return wrap(p, NODE_PLUS, atom, false);
	if (max == 0)
		return __regex_node(p, NODE_EMPTY, 0);
	if (min == 1 && max == 1)
		return atom;
	if (max == -1)
		tail = wrap(p, NODE_STAR, copy_tree(p, atom), true);
	/* From the innermost optional copy outwards. */
	for (int n = max; n > min && p->error == 0; n--) {
		int inner = n == 1 ? atom : copy_tree(p, atom);

		if (tail != 0) {
			int pair = wrap(p, NODE_SEQUENCE, inner, false);

			p->g->nodes[inner].next = tail;
			inner = pair;
		}
		tail = wrap(p, NODE_OPTIONAL, inner, n > 1);
	}
	if (min == 0)
		return tail;
	sequence = wrap(p, NODE_SEQUENCE, atom, false);
	for (int n = 1; n < min && p->error == 0; n++) {
		int copy = copy_tree(p, atom);

		p->g->nodes[last].next = copy;
		last = copy;
	}
	if (p->error == 0)
		p->g->nodes[last].next = tail;
	return sequence;
}

static bool
at_sequence_end(const struct parser *p)
{
	if (p->p == p->end)
		return true;
	if (extended(p))
		return *p->p == '|' || (*p->p == ')' && p->depth > 0);
	return at(p, "\\|") || at(p, "\\)");
}

static int
parse_sequence(struct parser *p)
{
	int sequence = __regex_node(p, NODE_SEQUENCE, 0), last = 0;
	bool first = true;

	while (p->error == 0 && !at_sequence_end(p)) {
		bool after_caret;
		int item, min, max;

		if (extended(p) && *p->p == ')') {
			p->error = REG_EPAREN;
			break;
		}
		item = parse_atom(p, first);
		if (item == 0 || p->error != 0)
			break;
		/* After '^' a basic expression's star is still an ordinary character, a second '^' is already one. */
		after_caret = first && !extended(p) && p->g->nodes[item].kind == NODE_ASSERT &&
		    p->g->nodes[item].value == AT_LINE_START;
		first = false;
		while (!(after_caret && at(p, "*")) && parse_repetition(p, &min, &max))
			item = repeat(p, item, min, max);
		if (p->error != 0)
			break;
		if (last == 0)
			p->g->nodes[sequence].child = item;
		else
			p->g->nodes[last].next = item;
		last = item;
	}
	return sequence;
}

/* Alternatives; an empty one is an error, for it is nearly always a slip. */
static int
parse_choice(struct parser *p)
{
	int choice = 0, first = parse_sequence(p), last = first;

	while (p->error == 0 && take(p, extended(p) ? "|" : "\\|")) {
		int sequence;

		if (choice == 0)
			choice = wrap(p, NODE_CHOICE, first, false);
		sequence = parse_sequence(p);
		if (p->error == 0 && (p->g->nodes[last].child == 0 || p->g->nodes[sequence].child == 0))
			p->error = REG_EMPTY;
		if (p->error == 0)
			p->g->nodes[last].next = sequence;
		last = sequence;
	}
	return choice != 0 ? choice : first;
}

static int
parse_literal(struct parser *p)
{
	int sequence = __regex_node(p, NODE_SEQUENCE, 0), last = 0;

	while (p->error == 0 && p->p < p->end) {
		int item = byte_node(p, (unsigned char)*p->p++);

		if (p->error != 0)
			break;
		if (last == 0)
			p->g->nodes[sequence].child = item;
		else
			p->g->nodes[last].next = item;
		last = item;
	}
	return sequence;
}

int
__regex_parse(struct re_guts *g, const char *pattern, const char *end)
{
	struct parser p = { .g = g, .p = pattern, .end = end };

	/* An empty extended expression is an error to BSD; an empty basic one matches anything. */
	if (pattern == end && extended(&p))
		return REG_EMPTY;
	g->root = g->flags & REG_NOSPEC ? parse_literal(&p) : parse_choice(&p);
	if (p.error == 0 && p.p != p.end)
		p.error = REG_EPAREN;
	return p.error;
}
