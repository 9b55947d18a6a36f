/*
 * tr: translate, squeeze and delete characters.
 */
#include <ctype.h>
#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage_text[] =
    "usage: tr [-Cc] [-s] string1 string2\n"
    "       tr [-Cc] -d string1\n"
    "       tr [-Cc] -s string1\n"
    "       tr [-Cc] -ds string1 string2\n"
    "  -C, -c  all characters but those of string1\n"
    "  -d      delete\n"
    "  -s      squeeze repeated characters into one\n"
    "In strings: a-z, [:class:], [=c=], [c*n], \\n and such, \\octal\n";

/* A string, expanded.  `fill` is where [c*] is to stretch to the other string's length, or -1. */
struct set {
	unsigned char *chars;
	size_t count, size;
	long fill;
};

static const struct {
	const char *name;
	int (*test)(int);
} classes[] = {
	{ "alnum", isalnum }, { "alpha", isalpha }, { "blank", isblank }, { "cntrl", iscntrl },
	{ "digit", isdigit }, { "graph", isgraph }, { "lower", islower }, { "print", isprint },
	{ "punct", ispunct }, { "space", isspace }, { "upper", isupper }, { "xdigit", isxdigit },
};

static _Noreturn void
usage(int status)
{
	fputs(usage_text, status == 0 ? stdout : stderr);
	exit(status);
}

static void
add(struct set *s, int c)
{
	if (s->count == s->size) {
		s->size = s->size * 2 + 256;
		if ((s->chars = realloc(s->chars, s->size)) == NULL)
			err(1, NULL);
	}
	s->chars[s->count++] = (unsigned char)c;
}

static int
character(const char **p)
{
	static const char names[] = "abfnrtv", values[] = "\a\b\f\n\r\t\v";
	const char *name;
	int c = (unsigned char)*(*p)++, n;

	if (c != '\\' || **p == '\0')
		return c;
	c = (unsigned char)*(*p)++;
	if (c >= '0' && c <= '7') {
		n = c - '0';
		for (int i = 0; i < 2 && **p >= '0' && **p <= '7' && n * 8 + **p - '0' < 256; i++)
			n = n * 8 + *(*p)++ - '0';
		return n;
	}
	name = strchr(names, c);
	return name == NULL ? c : (unsigned char)values[name - names];
}

static void
add_class(struct set *s, const char *name, size_t length)
{
	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
		if (strlen(classes[i].name) != length || strncmp(classes[i].name, name, length) != 0)
			continue;
		for (int c = 0; c < 256; c++)
			if (classes[i].test(c))
				add(s, c);
		return;
	}
	errx(1, "[:%.*s:]: no such class", (int)length, name);
}

/* What [ can begin; false when it is only a bracket. */
static bool
bracket(struct set *s, const char **p)
{
	const char *q = *p + 1, *end;
	char *after;
	long times;
	int c;

	if (*q == ':' && (end = strstr(q + 1, ":]")) != NULL) {
		add_class(s, q + 1, (size_t)(end - q - 1));
		*p = end + 2;
		return true;
	}
	if (*q == '=' && q[1] != '\0') {
		q++;
		c = character(&q);
		if (q[0] == '=' && q[1] == ']') {
			add(s, c);
			*p = q + 2;
			return true;
		}
		q = *p + 1;
	}
	if (*q == '\0')
		return false;
	c = character(&q);
	if (*q != '*')
		return false;
	times = strtol(q + 1, &after, q[1] == '0' ? 8 : 10);
	if (*after != ']' || times < 0 || times > 1 << 24)
		return false;
	if (times == 0 && s->fill == -1)
		s->fill = (long)s->count;
	for (add(s, c); times > 1; times--)
		add(s, c);
	*p = after + 1;
	return true;
}

static struct set
parse(const char *p)
{
	struct set s = { NULL, 0, 0, -1 };

	while (*p != '\0') {
		int c, last;

		if (*p == '[' && bracket(&s, &p))
			continue;
		c = character(&p);
		if (p[0] != '-' || p[1] == '\0') {
			add(&s, c);
			continue;
		}
		p++;
		last = character(&p);
		if (last < c)
			errx(1, "a range ends before it begins");
		for (; c <= last; c++)
			add(&s, c);
	}
	return s;
}

static struct set
complement(const struct set *s)
{
	struct set other = { NULL, 0, 0, -1 };
	bool in[256] = { false };

	for (size_t i = 0; i < s->count; i++)
		in[s->chars[i]] = true;
	for (int c = 0; c < 256; c++)
		if (!in[c])
			add(&other, c);
	return other;
}

/* Makes the second string as long as the first: at its [c*], or by repeating its last character. */
static void
stretch(struct set *s, size_t count)
{
	size_t at = s->fill >= 0 ? (size_t)s->fill : s->count - 1, more;

	if (s->count == 0)
		errx(1, "the second string is empty");
	if (s->count >= count)
		return;
	more = count - s->count;
	for (size_t i = 0; i < more; i++)
		add(s, 0);
	memmove(s->chars + at + more, s->chars + at, s->count - more - at);
	memset(s->chars + at, s->chars[at + more], more);
}

static void
run(const bool *deleted, const unsigned char *map, const bool *squeezed)
{
	int c, last = EOF;

	while ((c = getchar()) != EOF) {
		if (deleted[c])
			continue;
		c = map[c];
		if (c == last && squeezed[c])
			continue;
		last = c;
		putchar(c);
	}
	if (ferror(stdin))
		err(1, "stdin");
	if (fflush(stdout) == EOF)
		err(1, "stdout");
}

int
main(int argc, char **argv)
{
	bool inverted = false, delete = false, squeeze = false;
	bool deleted[256] = { false }, squeezed[256] = { false };
	unsigned char map[256];
	struct set first, second = { NULL, 0, 0, -1 };
	int c, count;

	if (argc > 1 && strcmp(argv[1], "--help") == 0)
		usage(0);
	while ((c = getopt(argc, argv, "Ccds")) != -1)
		switch (c) {
		case 'C':
		case 'c': inverted = true; break;
		case 'd': delete = true; break;
		case 's': squeeze = true; break;
		default: usage(1);
		}
	count = argc - optind;
	if (count < 1 || count > 2 || (count == 2 && delete && !squeeze) ||
	    (count == 1 && !delete && !squeeze) || (count == 1 && delete && squeeze))
		usage(1);
	first = parse(argv[optind]);
	if (first.fill >= 0)
		errx(1, "[c*] can only stretch the second string");
	if (inverted)
		first = complement(&first);
	if (count == 2)
		second = parse(argv[optind + 1]);
	for (int i = 0; i < 256; i++)
		map[i] = (unsigned char)i;
	if (delete)
		for (size_t i = 0; i < first.count; i++)
			deleted[first.chars[i]] = true;
	else if (count == 2 && first.count > 0) {
		stretch(&second, first.count);
		for (size_t i = 0; i < first.count; i++)
			map[first.chars[i]] = second.chars[i];
	}
	if (squeeze) {
		const struct set *s = count == 2 ? &second : &first;

		for (size_t i = 0; i < s->count; i++)
			squeezed[s->chars[i]] = true;
	}
	run(deleted, map, squeezed);
	return 0;
}
