/* Calls that end the program when they fail, so that their callers need not look: <util.h>'s e functions. */
#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <util.h>

static void (*complain)(int, const char *, ...) = err;

void (*
esetfunc(void (*function)(int, const char *, ...)))(int, const char *, ...)
{
	void (*old)(int, const char *, ...) = complain;

	complain = function;
	return old;
}

static void *
check(void *result, const char *what, size_t size)
{
	if (result == NULL)
		complain(EXIT_FAILURE, "Cannot %s %zu bytes", what, size);
	return result;
}

void *
emalloc(size_t size)
{
	return check(malloc(size), "allocate", size);
}

void *
ecalloc(size_t count, size_t size)
{
	return check(calloc(count, size), "allocate", count * size);
}

void *
erealloc(void *old, size_t size)
{
	return check(realloc(old, size), "re-allocate", size);
}

void
ereallocarr(void *where, size_t count, size_t size)
{
	int error = reallocarr(where, count, size);

	if (error != 0) {
		errno = error;
		complain(EXIT_FAILURE, "Cannot re-allocate %zu * %zu bytes", count, size);
	}
}

char *
estrdup(const char *s)
{
	return check(strdup(s), "copy string of", strlen(s));
}

char *
estrndup(const char *s, size_t size)
{
	return check(strndup(s, size), "copy string of", size);
}

size_t
estrlcpy(char *to, const char *from, size_t size)
{
	size_t length = strlcpy(to, from, size);

	if (length >= size) {
		errno = ENAMETOOLONG;
		complain(EXIT_FAILURE, "Cannot copy string of %zu bytes into %zu", length, size);
	}
	return length;
}

size_t
estrlcat(char *to, const char *from, size_t size)
{
	size_t length = strlcat(to, from, size);

	if (length >= size) {
		errno = ENAMETOOLONG;
		complain(EXIT_FAILURE, "Cannot append to string, %zu bytes in %zu", length, size);
	}
	return length;
}

intmax_t
estrtoi(const char *text, int base, intmax_t low, intmax_t high)
{
	int error;
	intmax_t n = strtoi(text, NULL, base, low, high, &error);

	if (error != 0) {
		errno = error;
		complain(EXIT_FAILURE, "Cannot convert string value '%s'", text);
	}
	return n;
}

uintmax_t
estrtou(const char *text, int base, uintmax_t low, uintmax_t high)
{
	int error;
	uintmax_t n = strtou(text, NULL, base, low, high, &error);

	if (error != 0) {
		errno = error;
		complain(EXIT_FAILURE, "Cannot convert string value '%s'", text);
	}
	return n;
}

FILE *
efopen(const char *path, const char *mode)
{
	FILE *f = fopen(path, mode);

	if (f == NULL)
		complain(EXIT_FAILURE, "Cannot open `%s'", path);
	return f;
}

int
evasprintf(char **result, const char *format, va_list ap)
{
	int n = vasprintf(result, format, ap);

	if (n == -1)
		complain(EXIT_FAILURE, "Cannot format string");
	return n;
}

int
easprintf(char **result, const char *format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = evasprintf(result, format, ap);
	va_end(ap);
	return n;
}
