/*
 * Strings and numbers.
 */
#include "awk.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct string *
new_string(const char *text, size_t length)
{
	struct string *s = need(malloc(sizeof(*s) + length + 1));

	s->references = 1;
	s->length = length;
	memcpy(s->text, text, length);
	s->text[length] = '\0';
	return s;
}

void
release(struct string *s)
{
	if (s != NULL && --s->references == 0)
		free(s);
}

struct value
number_value(double n)
{
	return (struct value){ NUMBER, n, NULL };
}

struct value
string_value(struct string *s)
{
	return (struct value){ STRING, 0, s };
}

struct value
input_value(const char *text, size_t length)
{
	return (struct value){ INPUT, 0, new_string(text, length) };
}

struct value
copy(struct value v)
{
	if (v.string != NULL)
		v.string->references++;
	return v;
}

void
drop(struct value v)
{
	release(v.string);
}

/* A decimal number at the start of the text; *end is after it, or where it began if there is none. */
static double
leading_number(const char *text, const char **end)
{
	const char *p = text, *digits;
	char *after;
	double n;

	while (isspace((unsigned char)*p))
		p++;
	*end = text;
	digits = p + (*p == '-' || *p == '+');
	if (!isdigit((unsigned char)digits[digits[0] == '.']))
		return 0;
	if (digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X')) {	/* no hexadecimal */
		*end = digits + 1;
		return 0;
	}
	n = strtod(p, &after);
	*end = after;
	return n;
}

double
to_number(const struct value *v)
{
	const char *end;

	switch (v->kind) {
	case UNSET: return 0;
	case NUMBER: return v->number;
	default: return leading_number(v->string->text, &end);
	}
}

/* An input string looks like a number if nothing but blanks is around one. */
bool
is_numeric(const struct value *v)
{
	const char *end;

	if (v->kind != INPUT)
		return v->kind != STRING;
	leading_number(v->string->text, &end);
	if (end == v->string->text)
		return false;
	while (isspace((unsigned char)*end))
		end++;
	return end == v->string->text + v->string->length;
}

/* Whole numbers are written as such, others by CONVFMT or, when printed, OFMT. */
struct string *
to_string(const struct value *v, int format_variable)
{
	char text[512];
	struct string *f;
	int length;

	if (v->kind == UNSET)
		return new_string("", 0);
	if (v->kind != NUMBER) {
		v->string->references++;
		return v->string;
	}
	if (isnan(v->number) || isinf(v->number))
		length = snprintf(text, sizeof(text), "%s%s", signbit(v->number) ? "-" : "", isnan(v->number) ? "nan" : "inf");
	else if (v->number == trunc(v->number) && fabs(v->number) < 1e16)
		length = snprintf(text, sizeof(text), "%.0f", v->number == 0 ? 0.0 : v->number);
	else if (globals[format_variable].value.kind == NUMBER)
		length = snprintf(text, sizeof(text), "%.6g", v->number);
	else {
		struct node number = { .kind = N_CONSTANT, .value = *v }, how = { .kind = N_GLOBAL, .op = format_variable };

		how.next = &number;
		f = format(&how);
		return f;
	}
	return new_string(text, (size_t)length);
}

bool
to_bool(const struct value *v)
{
	if (v->kind == UNSET)
		return false;
	if (v->kind == STRING || !is_numeric(v))
		return v->string->length > 0;
	return to_number(v) != 0;
}

int
compare(const struct value *a, const struct value *b)
{
	struct string *s, *t;
	int order;

	if (is_numeric(a) && is_numeric(b)) {
		double x = to_number(a), y = to_number(b);

		return (x > y) - (x < y);
	}
	s = to_string(a, V_CONVFMT);
	t = to_string(b, V_CONVFMT);
	order = memcmp(s->text, t->text, s->length < t->length ? s->length : t->length);
	if (order == 0)
		order = (s->length > t->length) - (s->length < t->length);
	release(s);
	release(t);
	return order;
}
