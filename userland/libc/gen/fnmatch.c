/*
 * fnmatch(3): the shell's patterns.
 *
 * Only the last * need ever be reconsidered: whatever an earlier one could match by growing, the last can
 * match too, or a slash that neither may match stands between them.
 */
#include <ctype.h>
#include <fnmatch.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

static int
fold(int c, int flags)
{
	return (flags & FNM_CASEFOLD) != 0 ? tolower(c) : c;
}

static bool
in_class(const char *name, size_t length, int c)
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
			return classes[i].test(c) != 0;
	return false;
}

/* One character of a range's end; `*p` moves past it. */
static int
range_end(const unsigned char **p, int flags)
{
	if (**p == '\\' && (flags & FNM_NOESCAPE) == 0 && (*p)[1] != '\0')
		(*p)++;
	return fold(*(*p)++, flags);
}

/*
 * Matches c against the bracket expression that starts behind the [. Returns where it ends, or NULL when
 * there is no closing ], and the [ stands for itself.
 */
static const unsigned char *
bracket(const unsigned char *p, int c, int flags, bool *matched)
{
	bool negate = *p == '!' || *p == '^', found = false, first = true;
	int low, high;

	c = fold(c, flags);
	if (negate)
		p++;
	for (; *p != ']' || first; first = false) {
		if (*p == '\0' || (*p == '/' && (flags & FNM_PATHNAME) != 0))
			return NULL;
		if (p[0] == '[' && p[1] == ':') {
			const char *name = (const char *)p + 2, *end = strstr(name, ":]");

			if (end != NULL) {
				found |= in_class(name, end - name, c);
				p = (const unsigned char *)end + 2;
				continue;
			}
		}
		low = high = range_end(&p, flags);
		if (p[0] == '-' && p[1] != ']' && p[1] != '\0') {
			p++;
			high = range_end(&p, flags);
		}
		found |= low <= c && c <= high;
	}
	*matched = found != negate;
	return p + 1;
}

/* Matches one text character against one pattern element: where the pattern goes on, or NULL. */
static const unsigned char *
match_one(const unsigned char *p, int c, bool period, int flags)
{
	const unsigned char *end;
	bool matched, slash = c == '/' && (flags & FNM_PATHNAME) != 0;

	if (c == '\0' || *p == '\0')
		return NULL;
	switch (*p) {
	case '?':
		return slash || period ? NULL : p + 1;
	case '[':
		end = bracket(p + 1, c, flags, &matched);
		if (end == NULL)
			break;
		return !matched || slash || period ? NULL : end;
	case '\\':
		if ((flags & FNM_NOESCAPE) == 0 && p[1] != '\0')
			p++;
		break;
	}
	return fold(*p, flags) == fold(c, flags) ? p + 1 : NULL;
}

int
fnmatch(const char *pattern, const char *string, int flags)
{
	const unsigned char *p = (const unsigned char *)pattern, *s = (const unsigned char *)string;
	const unsigned char *start = s, *star = NULL, *star_text = NULL, *next;
	bool leading, period;

	for (;;) {
		leading = s == start || ((flags & FNM_PATHNAME) != 0 && s[-1] == '/');
		period = *s == '.' && leading && (flags & FNM_PERIOD) != 0;
		if (*p == '*') {
			if (period)
				return FNM_NOMATCH;
			star = ++p;
			star_text = s;
			continue;
		}
		if (*p == '\0' && (*s == '\0' || (*s == '/' && (flags & FNM_LEADING_DIR) != 0)))
			return 0;
		next = match_one(p, *s, period, flags);
		if (next != NULL) {
			p = next;
			s++;
			continue;
		}
		if (star == NULL || *star_text == '\0' ||
		    (*star_text == '/' && (flags & FNM_PATHNAME) != 0))
			return FNM_NOMATCH;
		p = star;
		s = ++star_text;
	}
}
