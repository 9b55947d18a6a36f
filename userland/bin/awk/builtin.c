/*
 * Functions.
 */
#include "awk.h"

#include <sys/wait.h>
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double
argument(struct node *n)
{
	if (n == NULL)
		fail("a function has too few arguments");
	return eval_number(n);
}

static struct string *
text_argument(struct node *n)
{
	if (n == NULL)
		fail("a function has too few arguments");
	return eval_string(n);
}

static double
length(struct node *n)
{
	struct value v;
	struct string *s;
	double result;

	if (n != NULL && (n->kind == N_GLOBAL || n->kind == N_LOCAL)) {
		struct cell *c = n->kind == N_GLOBAL ? &globals[n->op] : &frame[n->op];

		while (c->array == NULL && c->stands_for != NULL)
			c = c->stands_for;
		if (c->array != NULL)
			return (double)c->array->count;
	}
	v = n == NULL ? get_field(0) : eval(n);
	s = to_string(&v, V_CONVFMT);
	result = (double)s->length;
	release(s);
	drop(v);
	return result;
}

/* Characters from m on, n of them, rounded; those before the first count, but are not there. */
static struct value
substr(struct node *a)
{
	struct string *s = text_argument(a), *result;
	double from = rint(argument(a->next)), end = HUGE_VAL;

	if (a->next->next != NULL)
		end = from + rint(eval_number(a->next->next));
	if (!(from >= 1))
		from = 1;
	if (!(end <= (double)s->length + 1))
		end = isnan(end) ? 0 : (double)s->length + 1;
	if (end <= from)
		result = new_string("", 0);
	else
		result = new_string(s->text + (size_t)from - 1, (size_t)(end - from));
	release(s);
	return string_value(result);
}

static double
find(struct node *a)
{
	struct string *s = text_argument(a), *t = text_argument(a->next);
	const char *found = t->length == 0 ? NULL : memmem(s->text, s->length, t->text, t->length);
	double result = found == NULL ? 0 : (double)(found - s->text + 1);

	release(s);
	release(t);
	return result;
}

static double
match(struct node *a)
{
	struct string *s = text_argument(a);
	regmatch_t m;
	double start = 0, size = -1;

	if (a->next == NULL)
		fail("match wants a regular expression");
	if (regex_match(eval_regex(a->next), s->text, 0, s->length, &m)) {
		start = (double)m.rm_so + 1;
		size = (double)(m.rm_eo - m.rm_so);
	}
	release(s);
	set_global(V_RSTART, number_value(start));
	set_global(V_RLENGTH, number_value(size));
	return start;
}

static double
split_string(struct node *a)
{
	struct string *s = text_argument(a);
	struct node *separator;
	struct value v = { UNSET, 0, NULL };
	double result;

	if (a->next == NULL)
		fail("split wants an array");
	separator = a->next->next;
	if (separator == NULL)
		v = copy(globals[V_FS].value);
	else if (separator->kind != N_REGEX)
		v = eval(separator);
	result = (double)split(s, array_of(a->next), &v,
	    separator != NULL && separator->kind == N_REGEX ? separator->regex : NULL);
	drop(v);
	release(s);
	return result;
}

/* & is the match, \& an ampersand, \\ before & a backslash. */
static void
put_replacement(FILE *f, const struct string *with, const char *matched, size_t size)
{
	for (size_t i = 0; i < with->length; i++) {
		char c = with->text[i];

		if (c == '\\' && i + 1 < with->length && (with->text[i + 1] == '&' || with->text[i + 1] == '\\'))
			putc(with->text[++i], f);
		else if (c == '&')
			fwrite(matched, 1, size, f);
		else
			putc(c, f);
	}
}

/* An empty match directly after another match is none. */
static double
substitute(struct node *a, bool all)
{
	static struct node zero = { .kind = N_CONSTANT, .value = { NUMBER, 0, NULL } };
	static struct node record = { .kind = N_FIELD, .a = &zero };
	struct node *target;
	struct string *with, *s;
	struct regex *re;
	size_t from = 0, copied = 0, size, count = 0;
	regmatch_t m;
	char *text;
	FILE *f;

	if (a == NULL || a->next == NULL)
		fail("sub wants a regular expression and a string");
	re = eval_regex(a);
	with = eval_string(a->next);
	target = a->next->next == NULL ? &record : a->next->next;
	s = eval_string(target);
	f = need(open_memstream(&text, &size));
	while (from <= s->length && regex_match(re, s->text, from, s->length, &m)) {
		size_t so = (size_t)m.rm_so, eo = (size_t)m.rm_eo;

		if (so < eo || so > copied || count == 0) {
			fwrite(s->text + copied, 1, so - copied, f);
			put_replacement(f, with, s->text + so, eo - so);
			copied = eo;
			count++;
			if (!all)
				break;
		}
		from = eo + (so == eo);
	}
	fwrite(s->text + copied, 1, s->length - copied, f);
	if (fclose(f) == EOF)
		fail("out of memory");
	if (count > 0 && is_lvalue(target))
		assign(target, string_value(new_string(text, size)));
	free(text);
	release(with);
	release(s);
	return (double)count;
}

static struct value
change_case(struct node *a, int (*change)(int))
{
	struct string *s = text_argument(a), *t = new_string(s->text, s->length);

	for (size_t i = 0; i < t->length; i++)
		t->text[i] = (char)change((unsigned char)t->text[i]);
	release(s);
	return string_value(t);
}

static double
run_command(struct node *a)
{
	struct string *s = text_argument(a);
	int status;

	fflush(NULL);
	status = system(s->text);
	release(s);
	return status == -1 ? -1 : WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
}

static double
close_named(struct node *a)
{
	struct string *s = text_argument(a);
	double result = close_stream(s->text);

	release(s);
	return result;
}

static double
flush_named(struct node *a)
{
	struct string *s = a == NULL ? NULL : eval_string(a);
	bool good = flush_stream(s == NULL || s->length == 0 ? NULL : s->text);

	release(s);
	return good ? 0 : -1;
}

static double
seed_random(struct node *a)
{
	static double seed;
	double old = seed;

	seed = a == NULL ? (double)time(NULL) : eval_number(a);
	srandom((unsigned int)(long long)seed);
	return old;
}

static struct value
format_arguments(struct node *a)
{
	if (a == NULL)
		fail("sprintf wants a format");
	return string_value(format(a));
}

struct value
call_builtin(struct node *n)
{
	struct node *a = n->a;
	double x;

	switch ((enum builtin)n->op) {
	case F_ATAN2:
		x = argument(a);
		return number_value(atan2(x, argument(a->next)));
	case F_CLOSE: return number_value(close_named(a));
	case F_COS: return number_value(cos(argument(a)));
	case F_EXP: return number_value(exp(argument(a)));
	case F_FFLUSH: return number_value(flush_named(a));
	case F_GSUB: return number_value(substitute(a, true));
	case F_INDEX: return number_value(find(a));
	case F_INT: return number_value(trunc(argument(a)));
	case F_LENGTH: return number_value(length(a));
	case F_LOG: return number_value(log(argument(a)));
	case F_MATCH: return number_value(match(a));
	case F_RAND: return number_value((double)random() / 2147483648.0);
	case F_SIN: return number_value(sin(argument(a)));
	case F_SPLIT: return number_value(split_string(a));
	case F_SPRINTF: return format_arguments(a);
	case F_SQRT: return number_value(sqrt(argument(a)));
	case F_SRAND: return number_value(seed_random(a));
	case F_SUB: return number_value(substitute(a, false));
	case F_SUBSTR: return substr(a);
	case F_SYSTEM: return number_value(run_command(a));
	case F_TOLOWER: return change_case(a, tolower);
	case F_TOUPPER: return change_case(a, toupper);
	}
	fail("no such function");
}
