#include <string.h>

#include "regex_private.h"

int
regexec(const regex_t *restrict re, const char *restrict string, size_t count, regmatch_t matches[],
    int eflags)
{
	const struct re_guts *g = re->re_g;
	struct text text = { string, 0, 0, eflags };
	struct simulator s;
	int64_t start, end;
	int error;

	if (re->re_magic != MAGIC_COMPILED)
		return REG_BADPAT;
	if (eflags & REG_STARTEND) {
		text.start = matches[0].rm_so;
		text.end = matches[0].rm_eo;
	} else
		text.end = (int64_t)strlen(string);
	if (text.start > text.end)
		return REG_INVARG;
	if (g->flags & REG_NOSUB)
		count = 0;
	if (g->backrefs)
		return __regex_backtrack(g, &text, matches, count);
	error = __regex_sim_init(&s, g, &text);
	if (error != 0)
		return error;
	error = __regex_search(&s, count == 0, &start, &end);
	if (error == 0 && count > 0) {
		for (size_t i = 1; i < count; i++)
			matches[i].rm_so = matches[i].rm_eo = -1;
		matches[0].rm_so = start;
		matches[0].rm_eo = end;
		if (count > 1 && g->groups > 0)
			error = __regex_submatches(&s, start, end, matches, count);
	}
	__regex_sim_free(&s);
	return error;
}
