#include <stdlib.h>
#include <string.h>

#include "regex_private.h"

static void
free_guts(struct re_guts *g)
{
	free(g->nodes);
	free(g->sets);
	free(g->forward.code);
	free(g->backward.code);
	free(g);
}

int
regcomp(regex_t *restrict re, const char *restrict pattern, int flags)
{
	const char *end = flags & REG_PEND ? re->re_endp : pattern + strlen(pattern);
	struct re_guts *g;
	int error;

	re->re_magic = 0;
	if ((flags & REG_EXTENDED && flags & REG_NOSPEC) || end < pattern)
		return REG_INVARG;
	g = calloc(1, sizeof(*g));
	if (g == NULL)
		return REG_ESPACE;
	g->flags = flags;
	error = __regex_parse(g, pattern, end);
	if (error == 0)
		error = __regex_compile(g);
	if (error != 0) {
		free_guts(g);
		return error;
	}
	re->re_magic = MAGIC_COMPILED;
	re->re_nsub = (size_t)g->groups;
	re->re_g = g;
	return 0;
}

void
regfree(regex_t *re)
{
	if (re->re_magic != MAGIC_COMPILED)
		return;
	re->re_magic = 0;
	free_guts(re->re_g);
	re->re_g = NULL;
}
