/*
 * The expansion of words: the order of things. Parameters are in param.c, splitting in fields.c.
 */
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "sh.h"

void
ex_char(struct expansion *ex, int c, int flags)
{
	buf_putc(&ex->text, (char)c);
	buf_putc(&ex->flags, (char)flags);
}

void
ex_put(struct expansion *ex, const char *s, size_t length, int flags)
{
	for (size_t i = 0; i < length; i++)
		ex_char(ex, s[i], flags);
}

/* The directory that a tilde prefix of this length names; null if none. */
static const char *
tilde_directory(const char *prefix, size_t length)
{
	struct passwd *entry;
	char *name;

	if (length == 1)
		return var_get("HOME");
	name = temp_printf("%.*s", (int)(length - 1), prefix + 1);
	entry = getpwnam(name);
	return entry == NULL ? NULL : temp_strdup(entry->pw_dir);
}

/* A tilde is here, unquoted, where it counts. Expand it, and give the length of what it replaced. */
static size_t
expand_tilde(struct expansion *ex, const struct part *part, size_t at)
{
	const char *s = part->text + at, *directory;
	size_t length = 1;

	while (s[length] != '\0' && s[length] != '/' && !(ex->assignment && s[length] == ':'))
		length++;
	/* A prefix that goes on in another part is quoted or expanded, and no tilde prefix. */
	if (s[length] == '\0' && part->next != NULL)
		return 0;
	directory = tilde_directory(s, length);
	if (directory == NULL)
		return 0;
	if (*directory == '\0')
		ex_char(ex, 0, CH_EMPTY);
	ex_put(ex, directory, strlen(directory), CH_QUOTED);
	return length;
}

static void
expand_text(struct expansion *ex, const struct word *w, const struct part *part, bool operand)
{
	int flags = part->quoted ? CH_QUOTED : operand ? CH_SPLIT : 0;
	bool first = part == w->parts;
	size_t start = 0;

	if (part->length == 0) {
		if (part->quoted)
			ex_char(ex, 0, CH_EMPTY);
		return;
	}
	if (ex->assignment && w->assignment && first)
		start = name_length(part->text) + 1;
	for (size_t i = 0; i < part->length; ) {
		bool tilde = part->text[i] == '~' && !part->quoted &&
		    ((first && i == start) || (ex->assignment && i > 0 && part->text[i - 1] == ':'));
		size_t taken = tilde ? expand_tilde(ex, part, i) : 0;

		if (taken == 0) {
			ex_char(ex, part->text[i], flags);
			taken = 1;
		}
		i += taken;
	}
}

static void
put_result(struct expansion *ex, const char *s, bool is_quoted)
{
	if (*s == '\0' && is_quoted)
		ex_char(ex, 0, CH_EMPTY);
	ex_put(ex, s, strlen(s), is_quoted ? CH_QUOTED : CH_SPLIT);
}

static void
expand_arith(struct expansion *ex, const struct part *part)
{
	const char *expression = expand_single(part->word);

	put_result(ex, temp_number(arith(expression)), part->quoted);
}

/* Expand each part of a word. `operand`: the word is one within ${}, itself the result of an expansion. */
void
expand_parts(struct expansion *ex, const struct word *w, bool operand)
{
	check_stack();
	for (const struct part *p = w->parts; p != NULL; p = p->next) {
		switch (p->type) {
		case PART_TEXT:
			expand_text(ex, w, p, operand);
			break;
		case PART_PARAM:
			expand_param(ex, p);
			break;
		case PART_COMMAND:
			put_result(ex, command_output(p->command), p->quoted);
			break;
		case PART_ARITH:
			expand_arith(ex, p);
			break;
		}
	}
}

/* The characters without their marks. */
char *
flat_string(const struct expansion *ex)
{
	struct buf b = { 0 };

	for (size_t i = 0; i < ex->text.len; i++) {
		if (ex->flags.s[i] & CH_BREAK)
			buf_putc(&b, ' ');
		else if (!(ex->flags.s[i] & CH_EMPTY))
			buf_putc(&b, ex->text.s[i]);
	}
	return buf_string(&b);
}

/* The characters as a pattern, in which those that stand for themselves are escaped. */
char *
flat_pattern(const char *text, const char *flags, size_t length)
{
	struct buf b = { 0 };

	for (size_t i = 0; i < length; i++) {
		if (flags[i] & (CH_BREAK | CH_EMPTY))
			continue;
		if (flags[i] & CH_QUOTED && strchr("*?[]\\!^-", text[i]) != NULL)
			buf_putc(&b, '\\');
		buf_putc(&b, text[i]);
	}
	return buf_string(&b);
}

/* A word that is plain text needs none of this, and most are. */
static char *
plain_result(const struct word *w)
{
	const struct part *p = w->parts;

	if (p == NULL)
		return temp_strdup("");
	if (p->next != NULL || p->type != PART_TEXT)
		return NULL;
	if (!p->quoted && strpbrk(p->text, "*?[~") != NULL)
		return NULL;
	return p->text;
}

void
expand_word_into(const struct word *w, struct strings *out)
{
	struct expansion ex = { .split = true };
	char *plain = plain_result(w);

	if (plain != NULL) {
		strings_add(out, plain);
		return;
	}
	expand_parts(&ex, w, false);
	make_fields(&ex, out);
}

char **
expand_words(const struct word *w, size_t *count)
{
	struct strings out = { 0 };
	static char *none[1];

	for (; w != NULL; w = w->next)
		expand_word_into(w, &out);
	*count = out.n;
	return out.n == 0 ? none : out.v;
}

char *
expand_single(const struct word *w)
{
	struct expansion ex = { 0 };
	char *plain = plain_result(w);

	if (plain != NULL)
		return plain;
	expand_parts(&ex, w, false);
	return flat_string(&ex);
}

char *
expand_assignment(const struct word *w)
{
	struct expansion ex = { .assignment = true };

	expand_parts(&ex, w, false);
	return flat_string(&ex);
}

char *
expand_pattern(const struct word *w)
{
	struct expansion ex = { 0 };

	expand_parts(&ex, w, false);
	return flat_pattern(ex.text.s, ex.flags.s, ex.text.len);
}

/* PS1, PS2 or PS4, in which parameters are expanded. A mistake in it must not take the shell away. */
char *
expand_prompt(const char *name)
{
	const char *value = var_get(name);
	struct arena *outer_arena = parse_arena;
	struct arena here = { 0 };
	struct handler h;
	char *volatile result;
	int status = exit_status;

	if (value == NULL)
		return temp_strdup("");
	result = (char *)value;
	if (strpbrk(value, "$`\\") == NULL)
		return temp_strdup(value);
	push_handler(&h);
	parse_arena = &here;
	if (setjmp(h.env) == 0) {
		result = expand_single(read_here_word(value));
		pop_handler(&h);
	}
	parse_arena = outer_arena;
	exit_status = status;
	result = temp_strdup(result);
	arena_free(&here);
	return result;
}
