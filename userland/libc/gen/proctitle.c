/* setproctitle(3): what ps(1) shows. The kernel reads arguments where ps_strings says they are. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "libc_private.h"

void
setproctitle(const char *format, ...)
{
	static char title[2048], *argv[2] = { title, NULL };
	va_list ap;
	int n;

	n = snprintf(title, sizeof(title), "%s", getprogname());
	if (format != NULL) {
		n += snprintf(title + n, sizeof(title) - n, ": ");
		va_start(ap, format);
		vsnprintf(title + n, sizeof(title) - n, format, ap);
		va_end(ap);
	}
	__ps_strings->ps_nargvstr = 1;
	__ps_strings->ps_argvstr = argv;
}
