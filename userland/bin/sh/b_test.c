/*
 * test and [.
 *
 * With up to four arguments POSIX says by their number what each is; otherwise they are parsed as an
 * expression with -o, -a, ! and parentheses.
 */
#include <sys/stat.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sh.h"
#include "builtins.h"

struct test {
	char **v;			/* what is left of the arguments */
	int n;
};

static bool parse_or(struct test *);

static bool
is_unary(const char *s)
{
	return s[0] == '-' && s[1] != '\0' && s[2] == '\0' && strchr("bcdefghknprstuwxzLOGSN", s[1]) != NULL;
}

static const char *const binaries[] = {
	"=", "==", "!=", "<", ">", "-eq", "-ne", "-gt", "-ge", "-lt", "-le", "-nt", "-ot", "-ef",
};

static bool
is_binary(const char *s)
{
	for (size_t i = 0; i < nitems(binaries) && strchr("=!<>-", *s) != NULL; i++) {
		if (strcmp(s, binaries[i]) == 0)
			return true;
	}
	return false;
}

static intmax_t
integer(const char *s)
{
	char *end;
	intmax_t value = strtoimax(s, &end, 10);

	if (end == s || end[strspn(end, " \t\n")] != '\0')
		fatal("test: Illegal number: %s", s);
	return value;
}

/* By the effective ids, which are those that opening the file would go by. */
static bool
accessible(const char *path, int how)
{
	return faccessat(AT_FDCWD, path, how, AT_EACCESS) == 0;
}

static bool
file_test(char letter, const char *path)
{
	struct stat st;

	switch (letter) {
	case 'r':
		return accessible(path, R_OK);
	case 'w':
		return accessible(path, W_OK);
	case 'x':
		return accessible(path, X_OK);
	case 'h':
	case 'L':
		return lstat(path, &st) == 0 && S_ISLNK(st.st_mode);
	}
	if (stat(path, &st) == -1)
		return false;
	switch (letter) {
	case 'b':
		return S_ISBLK(st.st_mode);
	case 'c':
		return S_ISCHR(st.st_mode);
	case 'd':
		return S_ISDIR(st.st_mode);
	case 'f':
		return S_ISREG(st.st_mode);
	case 'g':
		return (st.st_mode & S_ISGID) != 0;
	case 'k':
		return (st.st_mode & S_ISVTX) != 0;
	case 'p':
		return S_ISFIFO(st.st_mode);
	case 's':
		return st.st_size > 0;
	case 'u':
		return (st.st_mode & S_ISUID) != 0;
	case 'S':
		return S_ISSOCK(st.st_mode);
	case 'O':
		return st.st_uid == geteuid();
	case 'G':
		return st.st_gid == getegid();
	case 'N':
		return st.st_mtime > st.st_atime;
	default:
		return true;
	}
}

static bool
unary(const char *operator, const char *operand)
{
	switch (operator[1]) {
	case 'n':
		return *operand != '\0';
	case 'z':
		return *operand == '\0';
	case 't':
		return isatty((int)integer(operand));
	default:
		return file_test(operator[1], operand);
	}
}

static int
compare_times(const struct stat *a, const struct stat *b)
{
	if (a->st_mtim.tv_sec != b->st_mtim.tv_sec)
		return a->st_mtim.tv_sec < b->st_mtim.tv_sec ? -1 : 1;
	return (a->st_mtim.tv_nsec > b->st_mtim.tv_nsec) - (a->st_mtim.tv_nsec < b->st_mtim.tv_nsec);
}

/* -nt, -ot and -ef. A file that exists is newer than one that does not. */
static bool
compare_files(const char *left, char kind, const char *right)
{
	struct stat a, b;
	bool have_a = stat(left, &a) == 0, have_b = stat(right, &b) == 0;

	if (kind == 'e')
		return have_a && have_b && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
	if (kind == 'o')
		return have_b && (!have_a || compare_times(&a, &b) < 0);
	return have_a && (!have_b || compare_times(&a, &b) > 0);
}

static bool
compare_numbers(const char *operator, intmax_t a, intmax_t b)
{
	if (strcmp(operator, "-eq") == 0)
		return a == b;
	if (strcmp(operator, "-ne") == 0)
		return a != b;
	if (strcmp(operator, "-gt") == 0)
		return a > b;
	if (strcmp(operator, "-ge") == 0)
		return a >= b;
	return strcmp(operator, "-lt") == 0 ? a < b : a <= b;
}

static bool
binary(const char *left, const char *operator, const char *right)
{
	int order;

	if (operator[0] == '-') {
		if (strcmp(operator + 2, "t") == 0 && (operator[1] == 'n' || operator[1] == 'o'))
			return compare_files(left, operator[1], right);
		if (strcmp(operator, "-ef") == 0)
			return compare_files(left, 'e', right);
		return compare_numbers(operator, integer(left), integer(right));
	}
	order = strcmp(left, right);
	switch (operator[0]) {
	case '=':
		return order == 0;
	case '!':
		return order != 0;
	case '<':
		return order < 0;
	default:
		return order > 0;
	}
}

static const char *
take(struct test *t)
{
	if (t->n == 0)
		fatal("test: argument expected");
	t->n--;
	return *t->v++;
}

static bool
parse_primary(struct test *t)
{
	const char *word;
	bool result;

	check_stack();
	word = take(t);
	if (t->n >= 2 && is_binary(t->v[0])) {
		const char *operator = take(t);

		return binary(word, operator, take(t));
	}
	if (strcmp(word, "(") == 0 && t->n > 0) {
		result = parse_or(t);
		if (t->n == 0 || strcmp(take(t), ")") != 0)
			fatal("test: closing paren expected");
		return result;
	}
	if (is_unary(word) && t->n > 0)
		return unary(word, take(t));
	return *word != '\0';
}

static bool
parse_not(struct test *t)
{
	bool negated = false;

	while (t->n > 1 && strcmp(t->v[0], "!") == 0 && !(t->n >= 3 && is_binary(t->v[1]))) {
		take(t);
		negated = !negated;
	}
	return parse_primary(t) != negated;
}

static bool
parse_and(struct test *t)
{
	bool result = parse_not(t);

	while (t->n > 0 && strcmp(t->v[0], "-a") == 0) {
		take(t);
		result &= parse_not(t);
	}
	return result;
}

static bool
parse_or(struct test *t)
{
	bool result = parse_and(t);

	while (t->n > 0 && strcmp(t->v[0], "-o") == 0) {
		take(t);
		result |= parse_and(t);
	}
	return result;
}

static bool
parse_all_of(char **v, int n)
{
	struct test t = { v, n };
	bool result = parse_or(&t);

	if (t.n > 0)
		fatal("test: unexpected operator: %s", *t.v);
	return result;
}

static bool
three(char **v)
{
	if (is_binary(v[1]))
		return binary(v[0], v[1], v[2]);
	if (strcmp(v[1], "-a") == 0)
		return *v[0] != '\0' && *v[2] != '\0';
	if (strcmp(v[1], "-o") == 0)
		return *v[0] != '\0' || *v[2] != '\0';
	if (strcmp(v[0], "(") == 0 && strcmp(v[2], ")") == 0)
		return *v[1] != '\0';
	return parse_all_of(v, 3);
}

static bool
by_number(char **v, int n)
{
	if (n == 0)
		return false;
	if (n == 1)
		return *v[0] != '\0';
	if (n <= 4 && strcmp(v[0], "!") == 0 && !(n == 3 && is_binary(v[1])))
		return !by_number(v + 1, n - 1);
	if (n == 2) {
		if (is_unary(v[0]))
			return unary(v[0], v[1]);
		fatal("test: %s: unexpected operator", v[0]);
	}
	if (n == 3)
		return three(v);
	if (n == 4 && strcmp(v[0], "(") == 0 && strcmp(v[3], ")") == 0)
		return by_number(v + 1, 2);
	return parse_all_of(v, n);
}

int
b_test(int argc, char **argv)
{
	if (strcmp(argv[0], "[") == 0) {
		if (argc < 2 || strcmp(argv[argc - 1], "]") != 0)
			fatal("[: missing ]");
		argc--;
	}
	return by_number(argv + 1, argc - 1) ? 0 : 1;
}
