/*
 * Parameters and the operators of ${}.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sh.h"

struct value {
	bool set;
	bool list;			/* of $@ and $*: the positional parameters */
	bool at;
	const char *string;
	char **v;
	size_t n;
};

static struct value
positional(const char *name)
{
	struct value value = { 0 };
	unsigned long n = strtoul(name, NULL, 10);

	if (n == 0)
		value.string = arg0;
	else if (n <= params.n)
		value.string = params.v[n - 1];
	value.set = value.string != NULL;
	return value;
}

static struct value
lookup(const char *name)
{
	struct value value = { .set = true };

	if (isdigit((unsigned char)*name))
		return positional(name);
	switch (*name) {
	case '@':
	case '*':
		value.list = true;
		value.at = *name == '@';
		value.v = params.v;
		value.n = params.n;
		value.set = params.n > 0;
		break;
	case '#':
		value.string = temp_number((intmax_t)params.n);
		break;
	case '?':
		value.string = temp_number(exit_status);
		break;
	case '-':
		value.string = options_letters();
		break;
	case '$':
		value.string = temp_number(shell_pid);
		break;
	case '!':
		value.set = last_background != 0;
		if (value.set)
			value.string = temp_number(last_background);
		break;
	default:
		value.string = strcmp(name, "LINENO") == 0 ? temp_number(exec_line) : var_get(name);
		value.set = value.string != NULL;
	}
	return value;
}

static bool
is_null(const struct value *value)
{
	if (value->list)
		return value->n == 0 || (value->n == 1 && value->v[0][0] == '\0');
	return value->string == NULL || value->string[0] == '\0';
}

static void
put_string(struct expansion *ex, const char *s, bool is_quoted)
{
	if (*s == '\0' && is_quoted)
		ex_char(ex, 0, CH_EMPTY);
	ex_put(ex, s, strlen(s), is_quoted ? CH_QUOTED : CH_SPLIT);
}

/* The positional parameters as one string, with what IFS begins with between them. */
static void
put_joined(struct expansion *ex, const struct value *value, bool is_quoted)
{
	const char *ifs = ifs_value();
	int flags = is_quoted ? CH_QUOTED : CH_SPLIT;
	bool any = false;

	for (size_t i = 0; i < value->n; i++) {
		if (i > 0 && *ifs != '\0') {
			ex_char(ex, *ifs, flags);
			any = true;
		}
		ex_put(ex, value->v[i], strlen(value->v[i]), flags);
		any |= value->v[i][0] != '\0';
	}
	if (!any && is_quoted)
		ex_char(ex, 0, CH_EMPTY);
}

static void
put_list(struct expansion *ex, const struct value *value, bool is_quoted)
{
	bool joined = value->at ? false : is_quoted || !ex->split;

	if (joined) {
		put_joined(ex, value, is_quoted);
		return;
	}
	for (size_t i = 0; i < value->n; i++) {
		if (i > 0)
			ex_char(ex, 0, CH_BREAK);
		put_string(ex, value->v[i], is_quoted);
	}
}

static void
put_value(struct expansion *ex, const struct value *value, bool is_quoted)
{
	if (value->list)
		put_list(ex, value, is_quoted);
	else
		put_string(ex, value->string == NULL ? "" : value->string, is_quoted);
}

static void
put_operand(struct expansion *ex, const struct part *part)
{
	size_t before = ex->text.len;

	expand_parts(ex, part->word, true);
	if (ex->text.len == before && part->quoted && strcmp(part->text, "@") != 0)
		ex_char(ex, 0, CH_EMPTY);
}

static void
not_set(const struct part *part)
{
	const char *text = part->colon ? "parameter not set or null" : "parameter not set";

	if (part->op == OP_ERROR && part->word->parts != NULL)
		text = expand_single(part->word);
	fatal("%s: %s", part->text, text);
}

static void
assign_default(struct expansion *ex, const struct part *part)
{
	struct expansion operand = { 0 };
	const char *value;

	if (!is_name(part->text, strlen(part->text)))
		fatal("%s: bad variable name", part->text);
	expand_parts(&operand, part->word, true);
	value = flat_string(&operand);
	var_set(part->text, value, 0);
	put_string(ex, var_get(part->text), part->quoted);
}

static const char *
trim(const char *s, const char *pattern, enum param_op op)
{
	bool suffix = op == OP_SUFFIX || op == OP_LONG_SUFFIX;
	bool longest = op == OP_LONG_PREFIX || op == OP_LONG_SUFFIX;
	size_t n = pattern_trim(pattern, s, suffix, longest);

	if (n == 0)
		return s;
	if (!suffix)
		return s + n;
	return arena_strndup(&temporary, s, strlen(s) - n);
}

static void
put_trimmed(struct expansion *ex, struct value value, const struct part *part)
{
	const char *pattern = expand_pattern(part->word);

	if (value.list) {
		struct strings trimmed = { 0 };

		for (size_t i = 0; i < value.n; i++)
			strings_add(&trimmed, (char *)trim(value.v[i], pattern, part->op));
		value.v = trimmed.v;
	} else
		value.string = trim(value.string == NULL ? "" : value.string, pattern, part->op);
	put_value(ex, &value, part->quoted);
}

static void
put_length(struct expansion *ex, const struct value *value, bool is_quoted)
{
	size_t length = value->list ? value->n : value->string == NULL ? 0 : strlen(value->string);

	put_string(ex, temp_number((intmax_t)length), is_quoted);
}

void
expand_param(struct expansion *ex, const struct part *part)
{
	struct value value;
	bool missing;

	if (part->op == OP_BAD)
		fatal("Bad substitution");
	value = lookup(part->text);
	missing = !value.set || (part->colon && is_null(&value));
	switch (part->op) {
	case OP_DEFAULT:
		if (missing)
			put_operand(ex, part);
		else
			put_value(ex, &value, part->quoted);
		return;
	case OP_ALTERNATIVE:
		if (!missing)
			put_operand(ex, part);
		else if (part->quoted && !value.at)
			ex_char(ex, 0, CH_EMPTY);
		return;
	case OP_ASSIGN:
		if (missing) {
			assign_default(ex, part);
			return;
		}
		break;
	case OP_ERROR:
		if (missing)
			not_set(part);
		break;
	default:
		if (!value.set && !value.list && options[OPT_NOUNSET])
			not_set(part);
		break;
	}
	if (part->op == OP_LENGTH)
		put_length(ex, &value, part->quoted);
	else if (part->op >= OP_PREFIX)
		put_trimmed(ex, value, part);
	else
		put_value(ex, &value, part->quoted);
}
