/*
 * Field splitting.
 */
#include <string.h>

#include "sh.h"

const char *
ifs_value(void)
{
	const char *ifs = var_get("IFS");

	return ifs == NULL ? " \t\n" : ifs;
}

struct splitter {
	const struct expansion *ex;
	const char *ifs;
	struct strings *out;
	size_t start;			/* of the field being gathered */
	bool any;			/* there is such a field, though it may be empty */
};

static bool
is_separator(const struct splitter *s, size_t i)
{
	return s->ex->flags.s[i] & CH_SPLIT && s->ex->text.s[i] != '\0' && strchr(s->ifs, s->ex->text.s[i]) != NULL;
}

static bool
is_white(const struct splitter *s, size_t i)
{
	return is_separator(s, i) && strchr(" \t\n", s->ex->text.s[i]) != NULL;
}

/* The field from `start` to `end`; what pathname expansion makes of it, if anything. */
static void
add_field(struct splitter *s, size_t end)
{
	const char *text = s->ex->text.s + s->start, *flags = s->ex->flags.s + s->start;
	size_t length = end - s->start;
	struct buf b = { 0 };

	if (!options[OPT_NOGLOB]) {
		bool magic = false;

		for (size_t i = 0; i < length && !magic; i++)
			magic = !(flags[i] & CH_QUOTED) && text[i] != '\0' && strchr("*?[", text[i]) != NULL;
		if (magic && glob_field(flat_pattern(text, flags, length), s->out))
			return;
	}
	for (size_t i = 0; i < length; i++) {
		if (!(flags[i] & (CH_EMPTY | CH_BREAK)))
			buf_putc(&b, text[i]);
	}
	strings_add(s->out, buf_string(&b));
}

/*
 * Cut an expansion into fields. White space in IFS separates, in any amount; another character of IFS, with
 * white space around it, ends a field even if that is empty.
 */
void
make_fields(const struct expansion *ex, struct strings *out)
{
	struct splitter s = { .ex = ex, .ifs = ifs_value(), .out = out };
	size_t n = ex->text.len, i = 0;

	while (i < n) {
		if (ex->flags.s[i] & CH_BREAK) {
			if (s.any)
				add_field(&s, i);
			s.any = false;
			s.start = ++i;
			continue;
		}
		if (!is_separator(&s, i)) {
			s.any = true;
			i++;
			continue;
		}
		if (s.any || !is_white(&s, i)) {
			size_t end = i;

			while (i < n && is_white(&s, i))
				i++;
			if (i < n && is_separator(&s, i))
				i++;
			add_field(&s, end);
			s.any = false;
		}
		while (i < n && is_white(&s, i))
			i++;
		s.start = i;
	}
	if (s.any)
		add_field(&s, n);
}
