/*
 * err(3): messages that begin with the program's name.
 */
#include <err.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NO_CODE (-1)

static int
compose(char *line, size_t size, int code, const char *format, va_list ap)
{
	int n = snprintf(line, size, "%s: ", getprogname());

#define REST	(size > (size_t)n ? line + n : NULL), (size > (size_t)n ? size - n : 0)
	if (format != NULL) {
		n += vsnprintf(REST, format, ap);
		if (code != NO_CODE)
			n += snprintf(REST, ": ");
	}
	if (code != NO_CODE)
		n += snprintf(REST, "%s", strerror(code));
	n += snprintf(REST, "\n");
#undef REST
	return n;
}

/* In one write, so that it is not torn apart by what other processes say. */
static void
message(int code, const char *format, va_list ap)
{
	va_list copy;
	int n;

	va_copy(copy, ap);
	n = compose(NULL, 0, code, format, copy);
	va_end(copy);

	char line[n + 1];

	compose(line, n + 1, code, format, ap);
	fwrite(line, 1, n, stderr);
}

void
vwarnc(int code, const char *format, va_list ap)
{
	message(code, format, ap);
}

void
vwarn(const char *format, va_list ap)
{
	message(errno, format, ap);
}

void
vwarnx(const char *format, va_list ap)
{
	message(NO_CODE, format, ap);
}

void
verrc(int status, int code, const char *format, va_list ap)
{
	message(code, format, ap);
	exit(status);
}

void
verr(int status, const char *format, va_list ap)
{
	verrc(status, errno, format, ap);
}

void
verrx(int status, const char *format, va_list ap)
{
	verrc(status, NO_CODE, format, ap);
}

void
warn(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vwarn(format, ap);
	va_end(ap);
}

void
warnx(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vwarnx(format, ap);
	va_end(ap);
}

void
warnc(int code, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vwarnc(code, format, ap);
	va_end(ap);
}

void
err(int status, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	verr(status, format, ap);
}

void
errx(int status, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	verrx(status, format, ap);
}

void
errc(int status, int code, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	verrc(status, code, format, ap);
}
