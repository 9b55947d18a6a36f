/*
 * Regular expressions: awk's are those of regcomp(3), with escapes, which in brackets count, too.
 */
#include "awk.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <wctype.h>

struct regex {
	char *source;
	size_t length;
	regex_t re;
	struct regex *next;
};

static struct regex *table[256];

struct builder {
	char *text;
	size_t length, size;
};

static void
put(struct builder *b, char c)
{
	if (b->length + 2 > b->size)
		b->text = need(realloc(b->text, b->size = b->size * 2 + 64));
	b->text[b->length++] = c;
	b->text[b->length] = '\0';
}

/* The character that an escape stands for; -1 if it is not one of those.  *p is moved behind it. */
static int
escaped(const char **p, const char *end)
{
	static const char names[] = "abfnrtv/\"", values[] = "\a\b\f\n\r\t\v/\"";
	const char *q = *p + 1, *name;
	int c = 0;

	if (q == end)
		return -1;
	if (*q >= '0' && *q <= '7') {
		for (int i = 0; i < 3 && q < end && *q >= '0' && *q <= '7'; i++)
			c = c * 8 + *q++ - '0';
		*p = q;
		return c & 0xff;
	}
	if (*q == '\0' || (name = strchr(names, *q)) == NULL)
		return -1;
	*p = q + 1;
	return (unsigned char)values[name - names];
}

static int
bracket_character(const char **p, const char *end)
{
	int c;

	if (**p == '\\' && *p + 1 < end) {
		if ((c = escaped(p, end)) >= 0)
			return c;
		++*p;
	}
	return (unsigned char)*(*p)++;
}

/* [:class:] and the like; false if it is none. */
static bool
add_class(const char **p, const char *end, bool in[256])
{
	char name[16];
	size_t length = 0;
	const char *q = *p + 2;

	while (q < end && *q != ':' && length + 1 < sizeof(name))
		name[length++] = *q++;
	name[length] = '\0';
	if (q + 1 >= end || q[0] != ':' || q[1] != ']' || wctype(name) == (wctype_t)0)
		return false;
	for (int c = 1; c < 256; c++)
		if (iswctype((wint_t)c, wctype(name)))
			in[c] = true;
	*p = q + 2;
	return true;
}

/*
 * A bracket expression is written anew, as the list of its characters: escapes can name those that have a
 * meaning there, and then it is their place that makes them ordinary.  Returns where it ends; NULL if nowhere.
 */
static const char *
rewrite_bracket(struct builder *b, const char *p, const char *end)
{
	bool in[256] = { false }, negated = false, first = true;
	int count = 0, only = 0;

	if (++p < end && *p == '^') {
		negated = true;
		p++;
	}
	for (; p < end && (*p != ']' || first); first = false) {
		int low, high;

		if (p[0] == '[' && p + 1 < end && p[1] == ':' && add_class(&p, end, in))
			continue;
		low = high = bracket_character(&p, end);
		if (p + 1 < end && p[0] == '-' && p[1] != ']') {
			p++;
			high = bracket_character(&p, end);
		}
		for (; low <= high; low++)
			in[low] = true;
	}
	if (p >= end)
		return NULL;
	for (int c = 1; c < 256; c++)
		if (in[c]) {
			count++;
			only = c;
		}
	if (!negated && count == 1 && only == '^') {
		put(b, '\\');
		put(b, '^');
		return p + 1;
	}
	put(b, '[');
	if (negated)
		put(b, '^');
	if (in[']'])
		put(b, ']');
	for (int c = 1; c < 256; c++)
		if (in[c] && strchr("]^-[", c) == NULL)
			put(b, (char)c);
	for (const char *last = "[^-"; *last != '\0'; last++)
		if (in[(unsigned char)*last])
			put(b, *last);
	put(b, ']');
	return p + 1;
}

static struct builder
rewrite(const char *p, const char *end)
{
	struct builder b = { NULL, 0, 0 };
	const char *after;
	int c;

	put(&b, '\0');
	b.length = 0;
	while (p < end)
		if (*p == '[' && (after = rewrite_bracket(&b, p, end)) != NULL)
			p = after;
		else if (*p == '\\' && p + 1 < end) {
			if ((c = escaped(&p, end)) >= 0) {
				if (c != '\0' && strchr("\\^$.[]|()*+?{}", c) != NULL)
					put(&b, '\\');
				put(&b, (char)c);
			} else {
				put(&b, *p++);
				put(&b, *p++);
			}
		} else
			put(&b, *p++);
	return b;
}

struct regex *
compile_regex(const char *text, size_t length)
{
	size_t h = length;
	struct regex **bucket, *r;
	struct builder b;
	char message[128];
	int error;

	for (size_t i = 0; i < length; i++)
		h = h * 31 + (unsigned char)text[i];
	bucket = &table[h % 256];
	for (r = *bucket; r != NULL; r = r->next)
		if (r->length == length && memcmp(r->source, text, length) == 0)
			return r;
	r = need(calloc(1, sizeof(*r)));
	r->source = need(malloc(length + 1));
	memcpy(r->source, text, length);
	r->source[length] = '\0';
	r->length = length;
	b = rewrite(text, text + length);
	/* Nothing matches the empty string; regcomp wants that said. */
	error = regcomp(&r->re, b.length == 0 ? "()" : b.text, REG_EXTENDED);
	if (error != 0) {
		regerror(error, &r->re, message, sizeof(message));
		fail("/%s/: %s", r->source, message);
	}
	free(b.text);
	r->next = *bucket;
	*bucket = r;
	return r;
}

bool
regex_match(struct regex *r, const char *text, size_t from, size_t length, regmatch_t *m)
{
	m->rm_so = (regoff_t)from;
	m->rm_eo = (regoff_t)length;
	return regexec(&r->re, text, 1, m, REG_STARTEND | (from > 0 ? REG_NOTBOL : 0)) == 0;
}
