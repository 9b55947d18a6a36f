#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "../include/libc_private.h"

void
__assert13(const char *file, int line, const char *function, const char *expression)
{
	fprintf(stderr, "%s: assertion \"%s\" failed: file \"%s\", line %d%s%s%s\n", __progname,
	    expression, file, line, function != NULL ? ", function \"" : "",
	    function != NULL ? function : "", function != NULL ? "\"" : "");
	fflush(NULL);
	abort();
}

void
__assert(const char *file, int line, const char *expression)
{
	__assert13(file, line, NULL, expression);
}

/* A failed _DIAGASSERT is reported and survived. */
void
__diagassert13(const char *file, int line, const char *function, const char *expression)
{
	fprintf(stderr, "%s: assertion \"%s\" failed: file \"%s\", line %d%s%s%s\n", __progname,
	    expression, file, line, function != NULL ? ", function \"" : "",
	    function != NULL ? function : "", function != NULL ? "\"" : "");
}

void
__diagassert(const char *file, int line, const char *expression)
{
	__diagassert13(file, line, NULL, expression);
}
