#include <ctype.h>
#include <string.h>

#include "regex_private.h"

static void
add_range(byte_set *set, unsigned low, unsigned high)
{
	for (unsigned c = low; c <= high; c++)
		set_add(set, (unsigned char)c);
}

static int
in_class(int class, int c)
{
	switch (class) {
	case 0:
		return isalnum(c);
	case 1:
		return isalpha(c);
	case 2:
		return isblank(c);
	case 3:
		return iscntrl(c);
	case 4:
		return isdigit(c);
	case 5:
		return isgraph(c);
	case 6:
		return islower(c);
	case 7:
		return isprint(c);
	case 8:
		return ispunct(c);
	case 9:
		return isspace(c);
	case 10:
		return isupper(c);
	default:
		return isxdigit(c);
	}
}

static int
add_class(byte_set *set, const char *name, size_t len)
{
	static const char names[][8] = {
		"alnum", "alpha", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space",
		"upper", "xdigit",
	};

	for (int i = 0; i < (int)(sizeof(names) / sizeof(names[0])); i++)
		if (strlen(names[i]) == len && memcmp(names[i], name, len) == 0) {
			for (int c = 0; c < 256; c++)
				if (in_class(i, c))
					set_add(set, (unsigned char)c);
			return 0;
		}
	return REG_ECTYPE;
}

/* The contents of "[:...:]", "[=...=]" or "[....]", of which p is past the opening. */
static const char *
delimited(struct parser *p, char kind, size_t *len)
{
	const char *start = p->p;

	for (; p->end - p->p >= 2; p->p++)
		if (p->p[0] == kind && p->p[1] == ']') {
			*len = (size_t)(p->p - start);
			p->p += 2;
			return start;
		}
	p->error = REG_EBRACK;
	return NULL;
}

/* One end of a range: a byte, or a collating symbol, which must be one byte. */
static int
endpoint(struct parser *p)
{
	size_t len;
	const char *symbol;

	if (p->p == p->end) {
		p->error = REG_EBRACK;
		return 0;
	}
	if (*p->p != '[' || p->end - p->p < 2 || (p->p[1] != '.' && p->p[1] != '='))
		return (unsigned char)*p->p++;
	p->p += 2;
	symbol = delimited(p, p->p[-1], &len);
	if (symbol == NULL)
		return 0;
	if (len != 1) {
		p->error = REG_ECOLLATE;
		return 0;
	}
	return (unsigned char)*symbol;
}

static void
parse_item(struct parser *p, byte_set *set)
{
	int low, high;

	if (p->end - p->p >= 2 && p->p[0] == '[' && p->p[1] == ':') {
		size_t len;
		const char *name;

		p->p += 2;
		name = delimited(p, ':', &len);
		if (name != NULL)
			p->error = add_class(set, name, len);
		return;
	}
	low = high = endpoint(p);
	/* A '-' before the closing bracket is itself. */
	if (p->error == 0 && p->end - p->p >= 2 && p->p[0] == '-' && p->p[1] != ']') {
		p->p++;
		high = endpoint(p);
	}
	if (p->error == 0 && low > high)
		p->error = REG_ERANGE;
	if (p->error == 0)
		add_range(set, (unsigned)low, (unsigned)high);
}

static bool
take_text(struct parser *p, const char *text)
{
	size_t len = strlen(text);

	if ((size_t)(p->end - p->p) < len || memcmp(p->p, text, len) != 0)
		return false;
	p->p += len;
	return true;
}

int
__regex_bracket(struct parser *p)
{
	byte_set set = { { 0, 0, 0, 0 } };
	bool negated;

	/* Word boundaries, in the notation of BSD. */
	if (take_text(p, "[:<:]]"))
		return __regex_node(p, NODE_ASSERT, AT_WORD_START);
	if (take_text(p, "[:>:]]"))
		return __regex_node(p, NODE_ASSERT, AT_WORD_END);
	negated = take_text(p, "^");
	/* A ']' that comes first is a member. */
	if (take_text(p, "]")) {
		p->p--;
		parse_item(p, &set);
	}
	while (p->error == 0 && !take_text(p, "]")) {
		if (p->p == p->end)
			p->error = REG_EBRACK;
		else
			parse_item(p, &set);
	}
	if (p->error != 0)
		return 0;
	if (p->g->flags & REG_ICASE)
		for (int c = 'a'; c <= 'z'; c++)
			if (set_has(&set, (unsigned char)c) || set_has(&set, (unsigned char)toupper(c))) {
				set_add(&set, (unsigned char)c);
				set_add(&set, (unsigned char)toupper(c));
			}
	if (negated) {
		for (int i = 0; i < 4; i++)
			set.bits[i] = ~set.bits[i];
		if (p->g->flags & REG_NEWLINE)
			set_remove(&set, '\n');
	}
	return __regex_set_node(p, set);
}
