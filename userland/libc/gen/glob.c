/*
 * glob(3): path names by pattern.
 *
 * A pattern goes through three stages: braces make several of one, a leading ~ becomes a home directory,
 * then the path is walked element by element, reading a directory only for an element with a magic
 * character in it.
 */
#include <sys/param.h>
#include <sys/stat.h>
#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <glob.h>
#include <limits.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BRACE_LIMIT 1024	/* alternatives that one call may make */

/* One call's state. */
struct walk {
	glob_t *g;
	char path[PATH_MAX];
	size_t bytes;		/* of results, for GLOB_LIMIT */
	unsigned int alternatives;
};

/* Skips a [...] at p, which may hide braces and slashes; p itself when it is not one. */
static const char *
skip_bracket(const char *p)
{
	const char *q = p + 1;

	if (*q == '!' || *q == '^')
		q++;
	if (*q == ']')
		q++;
	while (*q != '\0' && *q != ']' && *q != '/')
		q++;
	return *q == ']' ? q : p;
}

static bool
has_magic(const char *p, const char *end, bool escapes)
{
	for (; p < end; p++) {
		if (*p == '*' || *p == '?' || (*p == '[' && skip_bracket(p) != p))
			return true;
		if (*p == '\\' && escapes && p + 1 < end)
			p++;
	}
	return false;
}

int
glob_pattern_p(const char *pattern, int escapes)
{
	return has_magic(pattern, pattern + strlen(pattern), escapes);
}

static int
add_path(struct walk *w, const char *path)
{
	glob_t *g = w->g;
	size_t used = g->gl_offs + g->gl_pathc;
	char *copy;

	w->bytes += strlen(path) + 1 + sizeof(path);
	if ((g->gl_flags & GLOB_LIMIT) != 0 && w->bytes >= ARG_MAX) {
		errno = 0;
		return GLOB_NOSPACE;
	}
	copy = strdup(path);
	if (copy == NULL || reallocarr(&g->gl_pathv, used + 2, sizeof(*g->gl_pathv)) != 0) {
		free(copy);
		return GLOB_NOSPACE;
	}
	if (g->gl_pathc == 0)
		memset(g->gl_pathv, 0, g->gl_offs * sizeof(*g->gl_pathv));
	g->gl_pathv[used] = copy;
	g->gl_pathv[used + 1] = NULL;
	g->gl_pathc++;
	return 0;
}

static int
do_stat(const glob_t *g, const char *path, struct stat *st, bool follow)
{
	if ((g->gl_flags & GLOB_ALTDIRFUNC) != 0)
		return follow ? g->gl_stat(path, st) : g->gl_lstat(path, st);
	return follow ? stat(path, st) : lstat(path, st);
}

/* The path is complete: it counts if it exists. */
static int
found(struct walk *w, size_t length)
{
	struct stat st;

	if (do_stat(w->g, w->path, &st, false) == -1)
		return 0;
	if ((w->g->gl_flags & GLOB_MARK) != 0 && length > 0 && w->path[length - 1] != '/') {
		if (S_ISLNK(st.st_mode))
			(void)do_stat(w->g, w->path, &st, true);
		if (S_ISDIR(st.st_mode) && length + 1 < sizeof(w->path)) {
			w->path[length] = '/';
			w->path[length + 1] = '\0';
		}
	}
	w->g->gl_matchc++;
	return add_path(w, w->path);
}

static int walk(struct walk *, size_t, const char *);

static int
fnmatch_flags(const glob_t *g)
{
	return ((g->gl_flags & GLOB_NOESCAPE) != 0 ? FNM_NOESCAPE : 0) |
	    ((g->gl_flags & GLOB_PERIOD) != 0 ? 0 : FNM_PERIOD);
}

static bool
is_dot_or_dotdot(const char *name)
{
	return name[0] == '.' && (name[1] == '\0' || (name[1] == '.' && name[2] == '\0'));
}

/* ** stands for any depth of directories, links not followed; here: for one more. */
static int
descend(struct walk *w, size_t length, const char *stars, const char *name)
{
	struct stat st;

	if (is_dot_or_dotdot(name) || (*name == '.' && (w->g->gl_flags & GLOB_PERIOD) == 0))
		return 0;
	if (do_stat(w->g, w->path, &st, false) == -1 || !S_ISDIR(st.st_mode))
		return 0;
	w->path[length++] = '/';
	w->path[length] = '\0';
	return walk(w, length, stars);
}

/* Matches one element of the pattern against the directory that the path so far names. */
static int
read_directory(struct walk *w, size_t length, const char *element, const char *rest, bool deep)
{
	glob_t *g = w->g;
	bool alternate = (g->gl_flags & GLOB_ALTDIRFUNC) != 0;
	const char *directory = length == 0 ? "." : w->path;
	struct dirent *entry;
	void *d;
	int error = 0;
	size_t name_length;

	d = alternate ? g->gl_opendir(directory) : opendir(directory);
	if (d == NULL) {
		if (errno == ENOENT || errno == ENOTDIR)
			return 0;
		if (g->gl_errfunc != NULL && g->gl_errfunc(directory, errno) != 0)
			return GLOB_ABORTED;
		return (g->gl_flags & GLOB_ERR) != 0 ? GLOB_ABORTED : 0;
	}
	while (error == 0 && (entry = alternate ? g->gl_readdir(d) : readdir(d)) != NULL) {
		name_length = strlen(entry->d_name);
		if (length + name_length + 2 > sizeof(w->path))
			continue;
		if ((g->gl_flags & GLOB_NO_DOTDIRS) != 0 && is_dot_or_dotdot(entry->d_name))
			continue;
		memcpy(w->path + length, entry->d_name, name_length + 1);
		if (deep)
			error = descend(w, length + name_length, element, entry->d_name);
		else if (fnmatch(element, entry->d_name, fnmatch_flags(g)) == 0)
			error = walk(w, length + name_length, rest);
		w->path[length] = '\0';
	}
	if (alternate)
		g->gl_closedir(d);
	else
		closedir(d);
	return error;
}

/* The path's first `length` characters are settled, `pattern` is what has to follow. */
static int
walk(struct walk *w, size_t length, const char *pattern)
{
	bool escapes = (w->g->gl_flags & GLOB_NOESCAPE) == 0;
	const char *end, *rest;
	int error;

	for (;;) {
		while (*pattern == '/') {
			if (length + 1 >= sizeof(w->path))
				return 0;
			w->path[length++] = *pattern++;
		}
		w->path[length] = '\0';
		if (*pattern == '\0')
			return found(w, length);
		end = pattern + strcspn(pattern, "/");
		if (has_magic(pattern, end, escapes))
			break;
		for (; pattern < end; pattern++) {
			if (*pattern == '\\' && escapes && pattern + 1 < end)
				pattern++;
			if (length + 1 >= sizeof(w->path))
				return 0;
			w->path[length++] = *pattern;
		}
	}

	w->g->gl_flags |= GLOB_MAGCHAR;
	rest = end;
	if ((w->g->gl_flags & GLOB_STAR) != 0 && end - pattern == 2 && strncmp(pattern, "**", 2) == 0) {
		/* No directory at all, then one more, from where the same pattern goes on. */
		error = walk(w, length, *rest == '/' ? rest + 1 : "*");
		w->path[length] = '\0';
		return error != 0 ? error : read_directory(w, length, pattern, NULL, true);
	}

	char element[end - pattern + 1];

	memcpy(element, pattern, end - pattern);
	element[end - pattern] = '\0';
	return read_directory(w, length, element, rest, false);
}

static int
compare(const void *a, const void *b)
{
	return strcoll(*(char *const *)a, *(char *const *)b);
}

static int
glob_plain(struct walk *w, const char *pattern)
{
	size_t before = w->g->gl_pathc;
	int error = walk(w, 0, pattern), flags = w->g->gl_flags;

	if (error != 0)
		return error;
	if (w->g->gl_pathc == before) {
		if ((flags & GLOB_NOCHECK) != 0 || ((flags & GLOB_NOMAGIC) != 0 &&
		    !glob_pattern_p(pattern, (flags & GLOB_NOESCAPE) == 0)))
			return add_path(w, pattern);
		return GLOB_NOMATCH;
	}
	if ((flags & GLOB_NOSORT) == 0)
		qsort(w->g->gl_pathv + w->g->gl_offs + before, w->g->gl_pathc - before, sizeof(char *), compare);
	return 0;
}

/* ~ and ~user, when there is such a user; else the pattern is left as it is. */
static int
glob_tilde(struct walk *w, const char *pattern)
{
	char user[MAXLOGNAME + 1], expanded[PATH_MAX];
	size_t length = strcspn(pattern, "/");
	const char *home = NULL;
	struct passwd *pw;

	if (*pattern != '~' || (w->g->gl_flags & (GLOB_TILDE | GLOB_TILDE_CHECK)) == 0)
		return glob_plain(w, pattern);
	if (length == 1 && (home = getenv("HOME")) == NULL) {
		pw = getpwuid(getuid());
		home = pw == NULL ? NULL : pw->pw_dir;
	} else if (length > 1 && length - 1 < sizeof(user)) {
		memcpy(user, pattern + 1, length - 1);
		user[length - 1] = '\0';
		pw = getpwnam(user);
		home = pw == NULL ? NULL : pw->pw_dir;
	}
	if (home == NULL || strlen(home) + strlen(pattern + length) >= sizeof(expanded))
		return (w->g->gl_flags & GLOB_TILDE_CHECK) != 0 ? GLOB_NOMATCH : glob_plain(w, pattern);
	strcpy(expanded, home);
	strcat(expanded, pattern + length);
	return glob_plain(w, expanded);
}

/* The } that closes the { at p, or NULL. */
static const char *
closing_brace(const char *p, bool escapes)
{
	int depth = 0;

	for (; *p != '\0'; p++) {
		if (*p == '\\' && escapes && p[1] != '\0')
			p++;
		else if (*p == '[')
			p = skip_bracket(p);
		else if (*p == '{')
			depth++;
		else if (*p == '}' && --depth == 0)
			return p;
	}
	return NULL;
}

static const char *
end_of_alternative(const char *p, bool escapes)
{
	int depth = 0;

	for (; depth > 0 || (*p != ',' && *p != '}'); p++) {
		if (*p == '\\' && escapes && p[1] != '\0')
			p++;
		else if (*p == '[')
			p = skip_bracket(p);
		else if (*p == '{')
			depth++;
		else if (*p == '}')
			depth--;
	}
	return p;
}

static int
glob_braces(struct walk *w, const char *pattern)
{
	bool escapes = (w->g->gl_flags & GLOB_NOESCAPE) == 0, any = false;
	const char *open = NULL, *close = NULL, *p, *end;
	int error;

	if ((w->g->gl_flags & GLOB_BRACE) != 0) {
		for (p = pattern; *p != '\0' && close == NULL; p++) {
			if (*p == '\\' && escapes && p[1] != '\0')
				p++;
			else if (p[0] == '{' && p[1] == '}')
				p++;		/* {} is itself, for find(1) */
			else if (*p == '{' && (close = closing_brace(p, escapes)) != NULL)
				open = p;
		}
	}
	if (close == NULL)
		return glob_tilde(w, pattern);

	for (p = open + 1;; p = end + 1) {
		char one[strlen(pattern) + 1];

		if (++w->alternatives > BRACE_LIMIT)
			return GLOB_NOSPACE;
		end = end_of_alternative(p, escapes);
		memcpy(one, pattern, open - pattern);
		memcpy(one + (open - pattern), p, end - p);
		strcpy(one + (open - pattern) + (end - p), close + 1);
		error = glob_braces(w, one);
		if (error == 0)
			any = true;
		else if (error != GLOB_NOMATCH)
			return error;
		if (end == close)
			return any ? 0 : GLOB_NOMATCH;
	}
}

int
glob(const char *restrict pattern, int flags, int (*on_error)(const char *, int), glob_t *restrict g)
{
	struct walk w = { .g = g };

	if ((flags & GLOB_APPEND) == 0) {
		g->gl_pathc = 0;
		g->gl_pathv = NULL;
		if ((flags & GLOB_DOOFFS) == 0)
			g->gl_offs = 0;
	}
	g->gl_matchc = 0;
	g->gl_flags = flags & ~GLOB_MAGCHAR;
	g->gl_errfunc = on_error;
	return glob_braces(&w, pattern);
}

void
globfree(glob_t *g)
{
	size_t i;

	if (g->gl_pathv == NULL)
		return;
	for (i = 0; i < g->gl_pathc; i++)
		free(g->gl_pathv[g->gl_offs + i]);
	free(g->gl_pathv);
	g->gl_pathv = NULL;
	g->gl_pathc = 0;
}
