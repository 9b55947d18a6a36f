/*
 * test, [: evaluate a condition; the status is 0 if it holds, 1 if not, 2 for errors.
 *
 * What up to four arguments mean POSIX says case by case, so that no operand can be taken for an operator;
 * more are parsed with ! ( ) -a -o.
 */
#include <sys/stat.h>
#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage_text[] =
    "usage: test condition\n"
    "       [ condition ]\n"
    "  -b -c -d -f -p -h -L -S file   it is a block device, character device, directory, regular file,\n"
    "                                 FIFO, symbolic link, symbolic link, socket\n"
    "  -e -s -g -k -u file            it exists, is not empty, is set-group-id, sticky, set-user-id\n"
    "  -r -w -x -O -G file            may be read, written, executed; is the user's, the group's\n"
    "  -t descriptor                  is a terminal\n"
    "  -n -z string                   is not empty, is empty\n"
    "  a = b, a != b, a < b, a > b    strings;  a -eq b, -ne -gt -ge -lt -le: integers\n"
    "  a -nt b, a -ot b, a -ef b      files: newer, older, the same\n"
    "  ! c, c -a c, c -o c, ( c )     not, and, or, grouping\n";

static char **token;
static int left;	/* tokens */

static const char *const binary_names[] = {
	"=", "==", "!=", "<", ">", "-eq", "-ne", "-gt", "-ge", "-lt", "-le", "-nt", "-ot", "-ef", NULL,
};

static intmax_t
integer(const char *text)
{
	intmax_t n;
	char *end;

	errno = 0;
	n = strtoimax(text, &end, 10);
	while (end != text && isspace((unsigned char)*end))
		end++;
	if (end == text || *end != '\0')
		errx(2, "%s: not an integer", text);
	if (errno == ERANGE)
		errx(2, "%s: out of range", text);
	return n;
}

static bool
is_unary(const char *t)
{
	return t[0] == '-' && t[1] != '\0' && t[2] == '\0' && strchr("bcdefghknprstuwxzGLOS", t[1]) != NULL;
}

static bool
is_binary(const char *t)
{
	for (int i = 0; binary_names[i] != NULL; i++)
		if (strcmp(t, binary_names[i]) == 0)
			return true;
	return false;
}

static bool
unary(const char *operator, const char *operand)
{
	struct stat st;
	char letter = operator[1];
	int found;

	switch (letter) {
	case 'n': return *operand != '\0';
	case 'z': return *operand == '\0';
	case 't': return isatty((int)integer(operand)) != 0;
	case 'r': return faccessat(AT_FDCWD, operand, R_OK, AT_EACCESS) == 0;
	case 'w': return faccessat(AT_FDCWD, operand, W_OK, AT_EACCESS) == 0;
	case 'x': return faccessat(AT_FDCWD, operand, X_OK, AT_EACCESS) == 0;
	}
	found = letter == 'h' || letter == 'L' ? lstat(operand, &st) : stat(operand, &st);
	if (found == -1)
		return false;
	switch (letter) {
	case 'b': return S_ISBLK(st.st_mode);
	case 'c': return S_ISCHR(st.st_mode);
	case 'd': return S_ISDIR(st.st_mode);
	case 'f': return S_ISREG(st.st_mode);
	case 'g': return (st.st_mode & S_ISGID) != 0;
	case 'h':
	case 'L': return S_ISLNK(st.st_mode);
	case 'k': return (st.st_mode & S_ISVTX) != 0;
	case 'p': return S_ISFIFO(st.st_mode);
	case 's': return st.st_size > 0;
	case 'u': return (st.st_mode & S_ISUID) != 0;
	case 'G': return st.st_gid == getegid();
	case 'O': return st.st_uid == geteuid();
	case 'S': return S_ISSOCK(st.st_mode);
	default: return true;
	}
}

static bool
files(const char *a, char operator, const char *b)
{
	struct stat x, y;
	bool has_a = stat(a, &x) == 0, has_b = stat(b, &y) == 0;
	bool later, same;

	if (operator == 'e')
		return has_a && has_b && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
	if (!has_a || !has_b)
		return operator == 'n' ? has_a && !has_b : has_b && !has_a;
	later = x.st_mtim.tv_sec != y.st_mtim.tv_sec ? x.st_mtim.tv_sec > y.st_mtim.tv_sec :
	    x.st_mtim.tv_nsec > y.st_mtim.tv_nsec;
	same = x.st_mtim.tv_sec == y.st_mtim.tv_sec && x.st_mtim.tv_nsec == y.st_mtim.tv_nsec;
	return operator == 'n' ? later : !later && !same;
}

static bool
binary(const char *a, const char *operator, const char *b)
{
	intmax_t x, y;

	switch (operator[0]) {
	case '=': return strcmp(a, b) == 0;
	case '!': return strcmp(a, b) != 0;
	case '<': return strcoll(a, b) < 0;
	case '>': return strcoll(a, b) > 0;
	}
	if (strcmp(operator, "-nt") == 0 || strcmp(operator, "-ot") == 0 || strcmp(operator, "-ef") == 0)
		return files(a, operator[1], b);
	x = integer(a);
	y = integer(b);
	switch (operator[1]) {
	case 'e': return x == y;
	case 'n': return x != y;
	case 'g': return operator[2] == 't' ? x > y : x >= y;
	default: return operator[2] == 't' ? x < y : x <= y;
	}
}

static bool disjunction(void);

static char *
take(void)
{
	if (left == 0)
		errx(2, "an argument is missing");
	left--;
	return *token++;
}

static bool
condition(void)
{
	bool value;
	char *a;

	/* Operators of two operands come first: ( = ( is a comparison. */
	if (left >= 3 && is_binary(token[1])) {
		a = take();
		char *operator = take();

		return binary(a, operator, take());
	}
	a = take();
	if (strcmp(a, "!") == 0 && left > 0)
		return !condition();
	if (strcmp(a, "(") == 0 && left > 0) {
		value = disjunction();
		if (left == 0 || strcmp(take(), ")") != 0)
			errx(2, "expected )");
		return value;
	}
	if (is_unary(a) && left > 0)
		return unary(a, take());
	return *a != '\0';
}

static bool
conjunction(void)
{
	bool value = condition();

	while (left > 0 && strcmp(*token, "-a") == 0) {
		take();
		value &= condition();
	}
	return value;
}

static bool
disjunction(void)
{
	bool value = conjunction();

	while (left > 0 && strcmp(*token, "-o") == 0) {
		take();
		value |= conjunction();
	}
	return value;
}

static bool
evaluate(char **t, int count)
{
	bool value;

	switch (count) {
	case 0: return false;
	case 1: return *t[0] != '\0';
	case 2:
		if (strcmp(t[0], "!") == 0)
			return *t[1] == '\0';
		if (is_unary(t[0]))
			return unary(t[0], t[1]);
		errx(2, "%s: unknown operator", t[0]);
	case 3:
		if (is_binary(t[1]))
			return binary(t[0], t[1], t[2]);
		if (strcmp(t[1], "-a") == 0)
			return *t[0] != '\0' && *t[2] != '\0';
		if (strcmp(t[1], "-o") == 0)
			return *t[0] != '\0' || *t[2] != '\0';
		if (strcmp(t[0], "!") == 0)
			return !evaluate(t + 1, 2);
		if (strcmp(t[0], "(") == 0 && strcmp(t[2], ")") == 0)
			return *t[1] != '\0';
		errx(2, "%s: unknown operator", t[1]);
	case 4:
		if (strcmp(t[0], "!") == 0)
			return !evaluate(t + 1, 3);
		if (strcmp(t[0], "(") == 0 && strcmp(t[3], ")") == 0)
			return evaluate(t + 1, 2);
	}
	token = t;
	left = count;
	value = disjunction();
	if (left > 0)
		errx(2, "%s: unexpected", *token);
	return value;
}

int
main(int argc, char **argv)
{
	if (strcmp(getprogname(), "[") == 0) {
		if (argc == 2 && strcmp(argv[1], "--help") == 0) {
			fputs(usage_text, stdout);
			return 0;
		}
		if (strcmp(argv[--argc], "]") != 0)
			errx(2, "missing ]");
	}
	return evaluate(argv + 1, argc - 1) ? 0 : 1;
}
