/*
 * regcomp(3): regular expressions into programs. One reader for both kinds: they differ in how operators
 * are written, and in where a * or an anchor is an ordinary character.
 */
#include <ctype.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "regex2.h"
#include "regparse.h"

/* The kinds of operator at the reading position, however they are written. */
enum token { T_END, T_CHAR, T_OPEN, T_CLOSE, T_OR, T_STAR, T_PLUS, T_OPTIONAL, T_BRACE, T_ESCAPE };

static void alternatives(struct parser *, bool);

void
__regex_fail(struct parser *p, int code)
{
	_longjmp(p->error, code);
}

static bool
extended(const struct parser *p)
{
	return (p->flags & REG_EXTENDED) != 0;
}

/* *length becomes how many characters the operator takes. */
static enum token
next_token(const struct parser *p, size_t *length)
{
	static const char operators[] = "()|+?{";
	static const enum token tokens[] = { T_OPEN, T_CLOSE, T_OR, T_PLUS, T_OPTIONAL, T_BRACE };
	int c = peek(p, 0);
	const char *found;

	*length = 1;
	if (c == -1)
		return T_END;
	if ((p->flags & REG_NOSPEC) != 0)
		return T_CHAR;
	if (c == '*')
		return T_STAR;
	if (c == '\\') {
		*length = 2;
		c = peek(p, 1);
		found = c > 0 && !extended(p) ? strchr(operators, c) : NULL;
		return found != NULL ? tokens[found - operators] : T_ESCAPE;
	}
	found = c > 0 && extended(p) ? strchr(operators, c) : NULL;
	if (found == NULL || (*found == '{' && !isdigit(peek(p, 1))))
		return T_CHAR;
	return tokens[found - operators];
}

/* Opens a gap of `count` instructions at `at`. */
static struct instruction *
insert(struct parser *p, size_t at, size_t count)
{
	struct re_guts *g = p->g;
	size_t room = g->room;

	while (g->length + count > room)
		room = room == 0 ? 16 : room * 2;
	if (room != g->room && reallocarr(&g->code, room, sizeof(*g->code)) != 0)
		__regex_fail(p, REG_ESPACE);
	g->room = room;
	memmove(&g->code[at + count], &g->code[at], (g->length - at) * sizeof(*g->code));
	g->length += count;
	return &g->code[at];
}

void
__regex_emit(struct parser *p, enum op op, int c, int x)
{
	struct instruction *i = insert(p, p->g->length, 1);

	*i = (struct instruction){ .op = op, .c = (uint8_t)c, .x = x };
}

static void
emit_char(struct parser *p, int c)
{
	if ((p->flags & REG_ICASE) != 0 && isalpha(c))
		__regex_emit(p, OP_CHAR_FOLD, tolower(c), 0);
	else
		__regex_emit(p, OP_CHAR, c, 0);
}

static int
is_word(int c)
{
	return isalnum(c) || c == '_';
}

static void
escape(struct parser *p)
{
	int c = peek(p, 1), n = c - '0';

	p->p += 2;
	switch (c) {
	case -1:
		__regex_fail(p, REG_EESCAPE);
	case '<':
		__regex_emit(p, OP_WORD_START, 0, 0);
		break;
	case '>':
		__regex_emit(p, OP_WORD_END, 0, 0);
		break;
	case 'b':
		__regex_emit(p, OP_WORD_EDGE, 0, 0);
		break;
	case 'B':
		__regex_emit(p, OP_NOT_WORD_EDGE, 0, 0);
		break;
	case 'w':
	case 'W':
		__regex_shorthand(p, is_word, c == 'W');
		break;
	case 's':
	case 'S':
		__regex_shorthand(p, isspace, c == 'S');
		break;
	default:
		if (n >= 1 && n <= 9) {
			if ((size_t)n > p->groups || !p->closed[n])
				__regex_fail(p, REG_ESUBREG);
			__regex_emit(p, OP_BACKREF, 0, n);
			p->g->backrefs = true;
		} else
			emit_char(p, c);
	}
}

static void
group(struct parser *p)
{
	size_t length, n = ++p->groups;

	if (n >= MAX_GROUPS || ++p->depth > MAX_GROUPS)
		__regex_fail(p, REG_ESPACE);
	__regex_emit(p, OP_SAVE, 0, 2 * (int)n);
	if (next_token(p, &length) != T_CLOSE)
		alternatives(p, true);
	if (next_token(p, &length) != T_CLOSE)
		__regex_fail(p, REG_EPAREN);
	p->p += length;
	__regex_emit(p, OP_SAVE, 0, 2 * (int)n + 1);
	p->closed[n] = true;
	p->depth--;
}

static int
number(struct parser *p)
{
	int n = 0;

	if (!isdigit(peek(p, 0)))
		__regex_fail(p, REG_BADBR);
	while (isdigit(peek(p, 0)) && n <= RE_DUP_MAX)
		n = n * 10 + *p->p++ - '0';
	if (n > RE_DUP_MAX)
		__regex_fail(p, REG_BADBR);
	return n;
}

/* {m} {m,} {m,n}, behind the brace; *most is -1 for no limit. */
static void
bounds(struct parser *p, int *least, int *most)
{
	*least = *most = number(p);
	if (peek(p, 0) == ',') {
		p->p++;
		*most = isdigit(peek(p, 0)) ? number(p) : -1;
	}
	if (*most != -1 && *least > *most)
		__regex_fail(p, REG_BADBR);
	if (!extended(p) && peek(p, 0) == '\\' && peek(p, 1) == '}')
		p->p += 2;
	else if (extended(p) && peek(p, 0) == '}')
		p->p++;
	else
		__regex_fail(p, peek(p, 0) == -1 ? REG_EBRACE : REG_BADBR);
}

/* Makes what begins at `at` optional. */
static void
make_optional(struct parser *p, size_t at)
{
	size_t length = p->g->length - at;
	struct instruction *i = insert(p, at, 1);

	*i = (struct instruction){ .op = OP_SPLIT, .x = 1, .y = (int)length + 1 };
}

/* Makes what begins at `at` match once or more. */
static void
make_loop(struct parser *p, size_t at)
{
	size_t length = p->g->length - at;
	int slot = (int)p->loops++;
	struct instruction *i = insert(p, at, 1);

	/* Loop slots come behind the groups', whose number is not known yet: negative until then. */
	*i = (struct instruction){ .op = OP_SAVE, .x = -1 - slot };
	i = insert(p, p->g->length, 1);
	*i = (struct instruction){ .op = OP_LOOP, .x = -(int)length - 1, .y = -1 - slot };
}

static void
copy_piece(struct parser *p, size_t at, size_t length)
{
	insert(p, p->g->length, length);
	memcpy(&p->g->code[p->g->length - length], &p->g->code[at], length * sizeof(*p->g->code));
	if (p->g->length > 100000)
		__regex_fail(p, REG_ESPACE);
}

/* What begins at `at` and reaches to the end, `least` to `most` times. */
static void
repeat(struct parser *p, size_t at, int least, int most)
{
	size_t length = p->g->length - at, last = at;
	int i;

	if (most == 0) {
		p->g->length = at;
		return;
	}
	for (i = 1; i < least; i++) {
		last = p->g->length;
		copy_piece(p, at, length);
	}
	if (most == -1) {
		make_loop(p, last);
		if (least == 0)
			make_optional(p, at);
		return;
	}
	/* x{1,3} is x(x(x)?)?: each further one only behind the one before. */
	size_t optional[RE_DUP_MAX + 1];
	int count = 0;

	if (least == 0) {
		optional[count++] = at;
		least = 1;
	}
	for (i = least; i < most; i++) {
		size_t here = p->g->length;

		copy_piece(p, at, length);
		optional[count++] = here;
	}
	while (count > 0)
		make_optional(p, optional[--count]);
}

/* True when something was read that may be repeated. */
static bool
atom(struct parser *p, enum token token, size_t length, bool first, bool nested)
{
	int c = peek(p, 0);
	bool special = (p->flags & REG_NOSPEC) == 0;
	bool last = p->p + 1 == p->end || (nested && peek(p, 1) == '\\' && peek(p, 2) == ')') ||
	    (peek(p, 1) == '\\' && peek(p, 2) == '|');

	if (token == T_OPEN) {
		p->p += length;
		group(p);
		return true;
	}
	if (token == T_ESCAPE) {
		escape(p);
		return true;
	}
	p->p += length;
	if (special && c == '^' && (extended(p) || first)) {
		__regex_emit(p, OP_BOL, 0, 0);
		return false;
	}
	if (special && c == '$' && (extended(p) || last)) {
		__regex_emit(p, OP_EOL, 0, 0);
		return extended(p);
	}
	if (special && c == '.')
		__regex_emit(p, (p->flags & REG_NEWLINE) != 0 ? OP_ANY_BUT_NEWLINE : OP_ANY, 0, 0);
	else if (special && c == '[')
		__regex_bracket(p);
	else
		emit_char(p, c);
	return true;
}

static bool
quantifier(struct parser *p, size_t at)
{
	size_t length;
	enum token token = next_token(p, &length);
	int least = 0, most = -1;

	switch (token) {
	case T_STAR:
		break;
	case T_PLUS:
		least = 1;
		break;
	case T_OPTIONAL:
		most = 1;
		break;
	case T_BRACE:
		p->p += length;
		bounds(p, &least, &most);
		length = 0;
		break;
	default:
		return false;
	}
	p->p += length;
	repeat(p, at, least, most);
	return true;
}

static void
sequence(struct parser *p, bool nested)
{
	bool first = true, repeatable;
	enum token token;
	size_t length, at;

	for (;; first = false) {
		token = next_token(p, &length);
		if (token == T_END || token == T_OR || (token == T_CLOSE && nested))
			break;
		if (token == T_CLOSE && !extended(p))
			__regex_fail(p, REG_EPAREN);
		at = p->g->length;
		if (token == T_STAR || token == T_PLUS || token == T_OPTIONAL || token == T_BRACE) {
			/* Nothing to repeat: in a basic expression a leading * is itself. */
			if (extended(p) || token != T_STAR)
				__regex_fail(p, REG_BADRPT);
			p->p += length;
			emit_char(p, '*');
			repeatable = true;
		} else
			repeatable = atom(p, token, length, first, nested);
		if (!repeatable && !extended(p) && peek(p, 0) == '*') {
			/* ^* likewise. */
			at = p->g->length;
			p->p++;
			emit_char(p, '*');
			repeatable = true;
		}
		while (repeatable && quantifier(p, at))
			continue;
	}
	if (first && (extended(p) || token == T_OR))
		__regex_fail(p, REG_EMPTY);
}

static void
alternatives(struct parser *p, bool nested)
{
	size_t start = p->g->length, length, jump;
	struct instruction *i;

	sequence(p, nested);
	while (next_token(p, &length) == T_OR) {
		p->p += length;
		/* split to the first, jump behind the second */
		i = insert(p, start, 1);
		*i = (struct instruction){ .op = OP_SPLIT, .x = 1, .y = (int)(p->g->length - start) + 1 };
		jump = p->g->length;
		__regex_emit(p, OP_JUMP, 0, 0);
		sequence(p, nested);
		p->g->code[jump].x = (int)(p->g->length - jump);
	}
}

static void
number_loops(struct re_guts *g, size_t groups)
{
	int base = 2 * ((int)groups + 1);
	size_t i;

	for (i = 0; i < g->length; i++) {
		if (g->code[i].op == OP_SAVE && g->code[i].x < 0)
			g->code[i].x = base - 1 - g->code[i].x;
		if (g->code[i].op == OP_LOOP)
			g->code[i].y = base - 1 - g->code[i].y;
	}
}

int
regcomp(regex_t *restrict re, const char *restrict pattern, int flags)
{
	struct parser p = { .p = pattern, .flags = flags };
	int code;

	if ((flags & REG_EXTENDED) != 0 && (flags & REG_NOSPEC) != 0)
		return REG_INVARG;
	p.end = (flags & REG_PEND) != 0 ? re->re_endp : pattern + strlen(pattern);
	if (p.end < pattern)
		return REG_INVARG;
	memset(re, 0, sizeof(*re));
	re->re_g = p.g = calloc(1, sizeof(*p.g));
	if (p.g == NULL)
		return REG_ESPACE;
	p.g->flags = flags;
	code = _setjmp(p.error);
	if (code == 0) {
		if (p.p < p.end || (flags & REG_EXTENDED) != 0)
			alternatives(&p, false);
		__regex_emit(&p, OP_MATCH, 0, 0);
		number_loops(p.g, p.groups);
		p.g->slots = (int)(2 * (p.groups + 1) + p.loops);
		re->re_nsub = p.groups;
		re->re_magic = REGEX_MAGIC;
		return 0;
	}
	re->re_magic = REGEX_MAGIC;
	regfree(re);
	return code;
}

void
regfree(regex_t *re)
{
	if (re->re_magic != REGEX_MAGIC || re->re_g == NULL)
		return;
	free(re->re_g->code);
	free(re->re_g->sets);
	free(re->re_g);
	re->re_g = NULL;
	re->re_magic = 0;
}
