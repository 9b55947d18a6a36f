/*
 * Patterns: * ? [...], and \ before a character that stands for itself.
 */
#include <ctype.h>
#include <string.h>

#include "sh.h"

static bool
in_class(const char *name, size_t length, int c)
{
	static const struct {
		const char *name;
		int (*is)(int);
	} classes[] = {
		{ "alnum", isalnum }, { "alpha", isalpha }, { "blank", isblank }, { "cntrl", iscntrl },
		{ "digit", isdigit }, { "graph", isgraph }, { "lower", islower }, { "print", isprint },
		{ "punct", ispunct }, { "space", isspace }, { "upper", isupper }, { "xdigit", isxdigit },
	};

	for (size_t i = 0; i < nitems(classes); i++) {
		if (strlen(classes[i].name) == length && strncmp(classes[i].name, name, length) == 0)
			return classes[i].is(c) != 0;
	}
	return false;
}

/*
 * One member of a bracket expression, at *p: a character, or the single one of [.c.] and [=c=]. Its code.
 */
static int
bracket_char(const char **p)
{
	const char *s = *p;

	if (s[0] == '[' && (s[1] == '.' || s[1] == '=') && s[2] != '\0' && s[3] == s[1] && s[4] == ']') {
		*p = s + 5;
		return (unsigned char)s[2];
	}
	if (s[0] == '\\' && s[1] != '\0')
		s++;
	*p = s + 1;
	return (unsigned char)*s;
}

/* Where the bracket expression that begins at `p`, after its [, ends; null if it does not. */
static const char *
bracket_end(const char *p)
{
	if (*p == '!' || *p == '^')
		p++;
	for (bool first = true; *p != '\0'; first = false) {
		if (*p == ']' && !first)
			return p;
		if (*p == '[' && (p[1] == ':' || p[1] == '.' || p[1] == '=')) {
			const char *q = p + 2;

			while (*q != '\0' && !(q[0] == p[1] && q[1] == ']'))
				q++;
			if (*q != '\0') {
				p = q + 2;
				continue;
			}
		}
		if (*p == '\\' && p[1] != '\0')
			p++;
		p++;
	}
	return NULL;
}

static bool
bracket_matches(const char *p, const char *end, int c)
{
	bool negated = *p == '!' || *p == '^', found = false;

	p += negated;
	while (p < end) {
		int low, high;

		if (p[0] == '[' && p[1] == ':') {
			const char *name = p + 2, *q = strstr(name, ":]");

			if (q != NULL && q < end) {
				found |= in_class(name, (size_t)(q - name), c);
				p = q + 2;
				continue;
			}
		}
		low = high = bracket_char(&p);
		if (p + 1 < end && *p == '-') {
			p++;
			high = bracket_char(&p);
		}
		found |= low <= c && c <= high;
	}
	return found != negated;
}

/* Match one character with what is at *p, which is not a star, and move beyond it. */
static bool
match_one(const char **p, int c)
{
	const char *s = *p;

	if (*s == '?') {
		*p = s + 1;
		return true;
	}
	if (*s == '[') {
		const char *end = bracket_end(s + 1);

		if (end != NULL) {
			*p = end + 1;
			return bracket_matches(s + 1, end, c);
		}
	}
	if (*s == '\\' && s[1] != '\0')
		s++;
	*p = s + 1;
	return (unsigned char)*s == c;
}

/* When a match fails only the last star needs to be tried with more: what came before it has matched. */
static bool
match(const char *p, const char *s, const char *end)
{
	const char *star = NULL, *resume = NULL;

	for (;;) {
		if (*p == '*') {
			while (*p == '*')
				p++;
			if (*p == '\0')
				return true;
			star = p;
			resume = s;
			continue;
		}
		if (s == end && *p == '\0')
			return true;
		if (s < end && *p != '\0' && match_one(&p, (unsigned char)*s)) {
			s++;
			continue;
		}
		if (star == NULL || resume >= end)
			return false;
		p = star;
		s = ++resume;
	}
}

bool
pattern_match(const char *pattern, const char *text)
{
	return match(pattern, text, text + strlen(text));
}

/* The character that all matches end with, if that is plain to see; 0 if it is not. */
static char
last_char(const char *pattern)
{
	size_t n = strlen(pattern);

	if (n == 0 || strchr("*?]\\", pattern[n - 1]) != NULL || strpbrk(pattern, "[\\") != NULL)
		return '\0';
	return pattern[n - 1];
}

static char
first_char(const char *pattern)
{
	return strchr("*?[\\", *pattern) != NULL ? '\0' : *pattern;
}

/* How much of the text's beginning or end matches. */
size_t
pattern_trim(const char *pattern, const char *text, bool suffix, bool longest)
{
	size_t n = strlen(text);
	const char *end = text + n;
	char edge = suffix ? first_char(pattern) : last_char(pattern);

	for (size_t i = 0; i <= n; i++) {
		size_t length = longest ? n - i : i;

		if (edge != '\0' && (length == 0 || (suffix ? *(end - length) : text[length - 1]) != edge))
			continue;
		if (suffix ? match(pattern, end - length, end) : match(pattern, text, text + length))
			return length;
	}
	return 0;
}

bool
has_magic(const char *p)
{
	for (; *p != '\0'; p++) {
		if (*p == '\\' && p[1] != '\0')
			p++;
		else if (*p == '*' || *p == '?' || (*p == '[' && bracket_end(p + 1) != NULL))
			return true;
	}
	return false;
}

/* What a pattern without magic matches. */
char *
pattern_unescape(const char *p)
{
	struct buf b = { 0 };

	for (; *p != '\0'; p++) {
		if (*p == '\\' && p[1] != '\0')
			p++;
		buf_putc(&b, *p);
	}
	return buf_string(&b);
}
