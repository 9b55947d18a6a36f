/*
 * The last words of a process whose heap or buffers cannot be trusted.
 */
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "libc_private.h"

static char *
put_string(char *p, char *end, const char *s)
{
	while (*s != '\0' && p < end)
		*p++ = *s++;
	return p;
}

static char *
put_number(char *p, char *end, uintptr_t n, unsigned int base)
{
	char digits[24], *d = digits + sizeof(digits);

	*--d = '\0';
	do
		*--d = "0123456789abcdef"[n % base];
	while ((n /= base) != 0);
	return put_string(p, end, d);
}

/* Understands %s, %p and %zu. */
void
__libc_fatal(const char *format, ...)
{
	char line[256], *p = line, *end = line + sizeof(line) - 1;
	va_list ap;

	p = put_string(p, end, __progname);
	p = put_string(p, end, ": ");
	va_start(ap, format);
	for (; *format != '\0'; format++) {
		if (*format != '%') {
			if (p < end)
				*p++ = *format;
		} else if (*++format == 's')
			p = put_string(p, end, va_arg(ap, const char *));
		else if (*format == 'p')
			p = put_number(put_string(p, end, "0x"), end, (uintptr_t)va_arg(ap, void *), 16);
		else {
			format++;
			p = put_number(p, end, va_arg(ap, size_t), 10);
		}
	}
	va_end(ap);
	*p++ = '\n';
	(void)write(STDERR_FILENO, line, p - line);
	abort();
}
