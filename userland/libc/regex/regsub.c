#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "regex_private.h"

struct output {
	char *buf;
	size_t size, len;
};

static void
put(struct output *o, const char *s, size_t len)
{
	for (; len > 0; s++, len--, o->len++)
		if (o->len + 1 < o->size)
			o->buf[o->len] = *s;
}

/* `sub` with & and \0 to \9 replaced by what they matched. */
static size_t
substitute(char *buf, size_t size, const char *sub, const regmatch_t *matches, const char *text)
{
	struct output o = { buf, size, 0 };

	for (; *sub != '\0'; sub++) {
		const regmatch_t *m;
		int group = -1;

		if (*sub == '&')
			group = 0;
		else if (*sub == '\\' && isdigit((unsigned char)sub[1]))
			group = *++sub - '0';
		else if (*sub == '\\' && (sub[1] == '\\' || sub[1] == '&'))
			sub++;
		if (group < 0) {
			put(&o, sub, 1);
			continue;
		}
		m = &matches[group];
		if (m->rm_so >= 0 && m->rm_eo >= m->rm_so)
			put(&o, text + m->rm_so, (size_t)(m->rm_eo - m->rm_so));
	}
	if (size > 0)
		buf[o.len < size ? o.len : size - 1] = '\0';
	return o.len;
}

ssize_t
regnsub(char *buf, size_t size, const char *sub, const regmatch_t *matches, const char *text)
{
	return (ssize_t)substitute(buf, size, sub, matches, text);
}

ssize_t
regasub(char **buf, const char *sub, const regmatch_t *matches, const char *text)
{
	size_t len = substitute(NULL, 0, sub, matches, text);

	*buf = malloc(len + 1);
	if (*buf == NULL)
		return -1;
	return (ssize_t)substitute(*buf, len + 1, sub, matches, text);
}
