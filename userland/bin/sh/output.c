/*
 * What the built-in commands write: gathered, and written when the command ends.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sh.h"

static char buffer[4096];
static size_t filled;
static bool failed;

bool
write_all(int fd, const char *s, size_t length)
{
	while (length > 0) {
		ssize_t n = write(fd, s, length);

		if (n < 0) {
			if (errno == EINTR && !interrupted)
				continue;
			return false;
		}
		s += n;
		length -= (size_t)n;
	}
	return true;
}

static void
empty_buffer(void)
{
	size_t length = filled;

	filled = 0;
	if (length > 0 && !failed && !write_all(STDOUT_FILENO, buffer, length))
		failed = true;
}

void
out_mem(const char *s, size_t length)
{
	while (length > 0) {
		size_t n = sizeof(buffer) - filled;

		if (n > length)
			n = length;
		memcpy(buffer + filled, s, n);
		filled += n;
		s += n;
		length -= n;
		if (filled == sizeof(buffer))
			empty_buffer();
	}
}

void
out_char(int c)
{
	char byte = (char)c;

	out_mem(&byte, 1);
}

void
out_str(const char *s)
{
	out_mem(s, strlen(s));
}

void
out_printf(const char *format, ...)
{
	char line[512];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (n >= 0 && (size_t)n < sizeof(line))
		out_mem(line, (size_t)n);
	else if (n >= 0) {
		char *whole = temp_alloc((size_t)n + 1);

		va_start(args, format);
		vsnprintf(whole, (size_t)n + 1, format, args);
		va_end(args);
		out_mem(whole, (size_t)n);
	}
}

bool
out_flush(void)
{
	bool fine;

	empty_buffer();
	fine = !failed;
	failed = false;
	return fine;
}

/* Whatever was not written before an error: written now, and its own failure is not news any more. */
void
out_discard(void)
{
	out_flush();
}

bool
needs_quotes(const char *s)
{
	if (*s == '\0')
		return true;
	return s[strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-")] != '\0';
}

/* In single quotes, in a form that the shell reads back. */
char *
quoted(const char *s)
{
	struct buf b = { 0 };

	do {
		size_t length = strcspn(s, "'"), quotes = strspn(s + length, "'");

		if (length > 0 || quotes == 0) {
			buf_putc(&b, '\'');
			buf_put(&b, s, length);
			buf_putc(&b, '\'');
		}
		if (quotes > 0) {
			buf_putc(&b, '"');
			buf_put(&b, s + length, quotes);
			buf_putc(&b, '"');
		}
		s += length + quotes;
	} while (*s != '\0');
	return buf_string(&b);
}

void
out_quoted(const char *s)
{
	out_str(quoted(s));
}
