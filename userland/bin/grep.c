/*
 * grep, egrep, fgrep: print the lines that match patterns.
 *
 * A pattern without special characters is searched for as a string, whatever kind of grep this is: that is
 * much faster, and it is what most patterns are.
 */
#define _OPENBSD_SOURCE	/* strtonum */
#include <sys/types.h>
#include <sys/stat.h>
#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <fts.h>
#include <regex.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage_text[] =
    "usage: grep [-E | -F] [-c | -l | -L | -q] [-Hhinorsvwx] [-A n] [-B n] [-C n] [-m n]\n"
    "            -e pattern | -f file | pattern [file ...]\n"
    "  -A n  print n lines after each match     -B n  before     -C n  both\n"
    "  -c    print how many lines match         -e p  a pattern, one of several\n"
    "  -E    extended regular expressions       -F    plain strings\n"
    "  -f f  read patterns from a file          -H    names before lines    -h  no names\n"
    "  -i    upper and lower case are alike     -l    print names of files that match\n"
    "  -L    ... of files that do not           -m n  stop after n matching lines\n"
    "  -n    line numbers before lines          -o    print only what matches\n"
    "  -q    print nothing                      -r    search directories\n"
    "  -s    no messages about files            -v    lines that do not match\n"
    "  -w    match whole words                  -x    match whole lines\n";

enum report { REPORT_LINES, REPORT_COUNT, REPORT_NAMES, REPORT_OTHERS, REPORT_NOTHING };

struct pattern {
	bool literal;
	char *text;
	size_t length;
	regex_t re;
};

struct saved_line {
	char *text;
	size_t size, length;
};

static struct pattern *patterns;
static size_t pattern_count;
static bool extended, fixed, fold, invert, words, whole, recursive, quiet_errors, only, numbers, names;
static enum report report;
static long long before, after, most = INT64_MAX;
static struct saved_line *history;	/* a ring of the last `before` lines */
static bool failed, printed_any;

static _Noreturn void
usage(int status)
{
	fputs(usage_text, status == 0 ? stdout : stderr);
	exit(status);
}

static void *
need(void *p)
{
	if (p == NULL)
		err(2, NULL);
	return p;
}

static void
complain(const char *name)
{
	if (!quiet_errors)
		warn("%s", name);
	failed = true;
}

static bool
is_literal(const char *text, size_t length)
{
	const char *special = extended ? "\\[.*^$+?(){}|" : "\\[.*^$";

	if (fixed)
		return true;
	for (size_t i = 0; i < length; i++)
		if (text[i] == '\0' || strchr(special, text[i]) != NULL)
			return false;
	return true;
}

static void
add_pattern(const char *text, size_t length)
{
	struct pattern *p;
	char message[256];
	int error;

	patterns = need(reallocarray(patterns, pattern_count + 1, sizeof(*patterns)));
	p = &patterns[pattern_count++];
	p->literal = is_literal(text, length);
	p->length = length;
	p->text = need(malloc(length + 1));
	memcpy(p->text, text, length);
	p->text[length] = '\0';
	if (p->literal) {
		for (size_t i = 0; fold && i < length; i++)
			p->text[i] = (char)tolower((unsigned char)text[i]);
		return;
	}
	error = regcomp(&p->re, p->text, (extended ? REG_EXTENDED : 0) | (fold ? REG_ICASE : 0));
	if (error != 0) {
		regerror(error, &p->re, message, sizeof(message));
		errx(2, "%s: %s", p->text, message);
	}
}

static void
add_patterns(const char *text)
{
	for (const char *end; (end = strchr(text, '\n')) != NULL; text = end + 1)
		add_pattern(text, (size_t)(end - text));
	add_pattern(text, strlen(text));
}

static void
add_file(const char *name)
{
	FILE *f = strcmp(name, "-") == 0 ? stdin : fopen(name, "r");
	char *line = NULL;
	size_t size = 0;
	ssize_t n;

	if (f == NULL)
		err(2, "%s", name);
	while ((n = getline(&line, &size, f)) != -1)
		add_pattern(line, (size_t)(line[n - 1] == '\n' ? n - 1 : n));
	if (ferror(f))
		err(2, "%s", name);
	free(line);
	if (f != stdin)
		fclose(f);
}

/* One pattern's leftmost longest match within [from, to).  `lower` is the line when case does not count. */
static bool
match(const struct pattern *p, const char *line, const char *lower, size_t from, size_t to, size_t end,
    regmatch_t *m)
{
	if (p->literal) {
		const char *where = lower + from;

		if (p->length > 0)
			where = memmem(lower + from, to - from, p->text, p->length);
		if (where == NULL)
			return false;
		m->rm_so = where - lower;
		m->rm_eo = m->rm_so + (regoff_t)p->length;
		return true;
	}
	m->rm_so = (regoff_t)from;
	m->rm_eo = (regoff_t)to;
	return regexec(&p->re, line, 1, m,
	    REG_STARTEND | (from > 0 ? REG_NOTBOL : 0) | (to < end ? REG_NOTEOL : 0)) == 0;
}

static bool
is_word(const char *line, size_t length, const regmatch_t *m)
{
	size_t so = (size_t)m->rm_so, eo = (size_t)m->rm_eo;

	if (so > 0 && (isalnum((unsigned char)line[so - 1]) || line[so - 1] == '_'))
		return false;
	return eo >= length || !(isalnum((unsigned char)line[eo]) || line[eo] == '_');
}

/* As match, and the match is as -w or -x want it. */
static bool
match_as_asked(const struct pattern *p, const char *line, const char *lower, size_t from, size_t length,
    regmatch_t *m)
{
	if (whole && p->literal) {
		m->rm_so = 0;
		m->rm_eo = (regoff_t)length;
		return from == 0 && length == p->length && memcmp(lower, p->text, length) == 0;
	}
	while (match(p, line, lower, from, length, length, m)) {
		size_t start = (size_t)m->rm_so;

		if (whole)
			return m->rm_so == 0 && (size_t)m->rm_eo == length;
		if (!words || is_word(line, length, m))
			return true;
		/* A shorter match at the same place may be a word. */
		while (!p->literal && m->rm_eo > m->rm_so &&
		    match(p, line, lower, start, (size_t)m->rm_eo - 1, length, m) && (size_t)m->rm_so == start)
			if (m->rm_eo > m->rm_so && is_word(line, length, m))
				return true;
		if (start >= length)
			break;
		from = start + 1;
	}
	return false;
}

/* The first match of any pattern, the longest of those that start there. */
static bool
find(const char *line, const char *lower, size_t from, size_t length, regmatch_t *best)
{
	bool found = false;

	for (size_t i = 0; i < pattern_count; i++) {
		regmatch_t m;

		if (!match_as_asked(&patterns[i], line, lower, from, length, &m))
			continue;
		if (!found || m.rm_so < best->rm_so || (m.rm_so == best->rm_so && m.rm_eo > best->rm_eo))
			*best = m;
		found = true;
		if (!only)
			break;
	}
	return found;
}

static const char *
lower_case(const char *line, size_t length)
{
	static char *lower;
	static size_t size;

	if (!fold)
		return line;
	if (length + 1 > size)
		lower = need(realloc(lower, size = length * 2 + 256));
	for (size_t i = 0; i < length; i++)
		lower[i] = (char)tolower((unsigned char)line[i]);
	lower[length] = '\0';
	return lower;
}

static void
put(const char *name, long long number, char mark, const char *text, size_t length)
{
	if (names)
		printf("%s%c", name, mark);
	if (numbers)
		printf("%lld%c", number, mark);
	fwrite(text, 1, length, stdout);
	putchar('\n');
}

static void
put_matches(const char *name, long long number, const char *line, const char *lower, size_t length)
{
	regmatch_t m;

	for (size_t from = 0; from <= length && find(line, lower, from, length, &m);) {
		if (m.rm_eo > m.rm_so)
			put(name, number, ':', line + m.rm_so, (size_t)(m.rm_eo - m.rm_so));
		from = (size_t)m.rm_eo + (m.rm_eo == m.rm_so);
	}
}

/* What came before a matching line, and a mark where lines between groups are left out. */
static void
put_before(const char *name, long long number, long long last_shown)
{
	long long first = number - before;

	if (first <= last_shown)
		first = last_shown + 1;
	if (first < 1)
		first = 1;
	if ((before > 0 || after > 0) && printed_any && !only && (last_shown == 0 || first > last_shown + 1))
		puts("--");
	for (; first < number; first++) {
		struct saved_line *s = &history[first % before];

		put(name, first, '-', s->text, s->length);
	}
}

static void
remember(long long number, const char *line, size_t length)
{
	struct saved_line *s = &history[number % before];

	if (length > s->size || s->text == NULL)
		s->text = need(realloc(s->text, s->size = length + 64));
	memcpy(s->text, line, length);
	s->length = length;
}

/* How many lines match; those, and what is around them, are printed if lines are what to report. */
static long long
search(FILE *f, const char *name)
{
	static char *line;
	static size_t size;
	long long number = 0, last_shown = 0, show_until = 0, hits = 0;
	ssize_t n;

	while ((hits < most || number < show_until) && (n = getline(&line, &size, f)) != -1) {
		size_t length = (size_t)(line[n - 1] == '\n' ? n - 1 : n);
		const char *lower = lower_case(line, length);
		regmatch_t m;

		number++;
		if (hits < most && find(line, lower, 0, length, &m) != invert) {
			hits++;
			if (report == REPORT_NAMES || report == REPORT_OTHERS || report == REPORT_NOTHING)
				return hits;
			if (report == REPORT_COUNT)
				continue;
			put_before(name, number, last_shown);
			if (!only)
				put(name, number, ':', line, length);
			else if (!invert)
				put_matches(name, number, line, lower, length);
			printed_any = true;
			last_shown = number;
			show_until = number + after;
		} else if (number <= show_until && report == REPORT_LINES) {
			if (!only)
				put(name, number, '-', line, length);
			last_shown = number;
		}
		if (before > 0)
			remember(number, line, length);
	}
	if (ferror(f))
		complain(name);
	return hits;
}

/* Whether anything was selected. */
static bool
grep(const char *path)
{
	bool from_stdin = strcmp(path, "-") == 0;
	const char *name = from_stdin ? "(standard input)" : path;
	FILE *f = from_stdin ? stdin : fopen(path, "r");
	long long hits;

	if (f == NULL) {
		complain(path);
		return false;
	}
	hits = most > 0 ? search(f, name) : 0;
	if (!from_stdin)
		fclose(f);
	if (report == REPORT_NOTHING && hits > 0)
		exit(0);
	if (report == REPORT_COUNT) {
		if (names)
			printf("%s:", name);
		printf("%lld\n", hits);
	}
	if ((report == REPORT_NAMES && hits > 0) || (report == REPORT_OTHERS && hits == 0))
		puts(name);
	return hits > 0;
}

static int
by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

static bool
grep_tree(char *path)
{
	char *paths[] = { path, NULL };
	bool found = false;
	FTSENT *e;
	FTS *walk = fts_open(paths, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, by_name);

	if (walk == NULL)
		err(2, "%s", path);
	while ((e = fts_read(walk)) != NULL) {
		if (e->fts_info == FTS_F)
			found |= grep(e->fts_path);
		else if (e->fts_info == FTS_DNR || e->fts_info == FTS_ERR || e->fts_info == FTS_NS) {
			errno = e->fts_errno;
			complain(e->fts_path);
		}
	}
	fts_close(walk);
	return found;
}

static long long
number_of(const char *text)
{
	const char *wrong;
	long long n = strtonum(text, 0, 1000000000, &wrong);

	if (wrong != NULL)
		errx(2, "%s: the number is %s", text, wrong);
	return n;
}

/* Patterns are compiled once all options are known. */
static void
collect(int argc, char **argv)
{
	optind = 1;
	for (int c; (c = getopt(argc, argv, "0123456789A:B:C:EFGHLabce:f:hilm:noqrRsvwxy")) != -1;)
		if (c == 'e')
			add_patterns(optarg);
		else if (c == 'f')
			add_file(optarg);
}

/* 1: names before lines, 0: none, -1: as the number of files asks for.  *listed: there is -e or -f. */
static int
options(int argc, char **argv, bool *listed)
{
	int c, named = -1;
	long long context = 0;

	while ((c = getopt(argc, argv, "0123456789A:B:C:EFGHLabce:f:hilm:noqrRsvwxy")) != -1)
		switch (c) {
		case 'A': after = number_of(optarg); break;
		case 'B': before = number_of(optarg); break;
		case 'C': before = after = number_of(optarg); break;
		case 'E': extended = true; fixed = false; break;
		case 'F': fixed = true; extended = false; break;
		case 'G': fixed = extended = false; break;
		case 'H': named = 1; break;
		case 'L': report = REPORT_OTHERS; break;
		case 'a': break;	/* every file is text */
		case 'c': report = report == REPORT_LINES ? REPORT_COUNT : report; break;
		case 'e': *listed = true; break;
		case 'f': *listed = true; break;
		case 'h': named = 0; break;
		case 'i':
		case 'y': fold = true; break;
		case 'l': report = report == REPORT_NOTHING ? report : REPORT_NAMES; break;
		case 'm': most = number_of(optarg); break;
		case 'n': numbers = true; break;
		case 'o': only = true; break;
		case 'q': report = REPORT_NOTHING; break;
		case 'r':
		case 'R': recursive = true; break;
		case 's': quiet_errors = true; break;
		case 'v': invert = true; break;
		case 'w': words = true; break;
		case 'x': whole = true; break;
		case '?': usage(2);
		default:	/* -5 is -C 5 */
			context = context * 10 + c - '0';
			if (context > INT32_MAX)
				usage(2);
			before = after = context;
		}
	return named;
}

int
main(int argc, char **argv)
{
	static char here[] = ".", standard[] = "-";
	char *none[] = { NULL };
	const char *me = getprogname();
	bool listed = false, found = false;
	int named;

	if (argc > 1 && strcmp(argv[1], "--help") == 0)
		usage(0);
	extended = strcmp(me, "egrep") == 0;
	fixed = strcmp(me, "fgrep") == 0;
	named = options(argc, argv, &listed);
	if (listed)
		collect(argc, argv);
	else if (optind < argc)
		add_patterns(argv[optind++]);
	else
		usage(2);
	if (before > 1000000)
		before = 1000000;
	if (before > 0)
		history = need(calloc((size_t)before, sizeof(*history)));
	argv += optind;
	argc -= optind;
	if (argc == 0) {
		none[0] = recursive ? here : standard;
		argv = none;
		argc = 1;
	}
	names = named == -1 ? recursive || argc > 1 : named == 1;
	for (int i = 0; i < argc; i++)
		found |= recursive && strcmp(argv[i], "-") != 0 ? grep_tree(argv[i]) : grep(argv[i]);
	if (fflush(stdout) == EOF)
		err(2, "stdout");
	return failed ? 2 : !found;
}
