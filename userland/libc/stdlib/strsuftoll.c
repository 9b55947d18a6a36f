#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* What a suffix multiplies by, 0 if it is none. */
static long long
suffix_factor(char c)
{
	switch (c) {
	case 'b':
		return 512;
	case 'k':
	case 'K':
		return 1024;
	case 'm':
	case 'M':
		return 1024LL * 1024;
	case 'g':
	case 'G':
		return 1024LL * 1024 * 1024;
	case 't':
	case 'T':
		return 1024LL * 1024 * 1024 * 1024;
	case 'w':
		return sizeof(int);
	default:
		return 0;
	}
}

/* A number, its suffix, and what 'x' or '*' multiplies it with.  0 or an errno. */
static int
parse_product(const char *s, long long *result)
{
	char *end;
	long long value, factor, rest;
	int error;

	errno = 0;
	value = strtoll(s, &end, 10);
	if (errno != 0)
		return errno;
	if (end == s)
		return EINVAL;
	factor = suffix_factor(*end);
	if (factor != 0) {
		if (__builtin_mul_overflow(value, factor, &value))
			return ERANGE;
		end++;
	}
	if (*end == 'x' || *end == '*') {
		error = parse_product(end + 1, &rest);
		if (error != 0)
			return error;
		if (__builtin_mul_overflow(value, rest, &value))
			return ERANGE;
	} else if (*end != '\0')
		return EINVAL;
	*result = value;
	return 0;
}

/* As dd(1) and its like read sizes: 0 with a message in `complaint` if it is wrong. */
long long
strsuftollx(const char *what, const char *s, long long low, long long high, char *complaint, size_t size)
{
	long long value = 0;
	int error = parse_product(s, &value);

	complaint[0] = '\0';
	if (error == EINVAL)
		snprintf(complaint, size, "%s `%s': illegal number", what, s);
	else if (error == ERANGE || value > high)
		snprintf(complaint, size, "%s `%s' is greater than %lld", what, s, high);
	else if (value < low)
		snprintf(complaint, size, "%s `%s' is less than %lld", what, s, low);
	return complaint[0] == '\0' ? value : 0;
}

long long
strsuftoll(const char *what, const char *s, long long low, long long high)
{
	char complaint[100];
	long long value = strsuftollx(what, s, low, high, complaint, sizeof(complaint));

	if (complaint[0] != '\0')
		errx(EXIT_FAILURE, "%s", complaint);
	return value;
}
