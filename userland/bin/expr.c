/*
 * expr: evaluate an expression given as arguments.
 *
 * By rising precedence: | & comparison additive multiplicative match, and what stands alone.
 */
#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <regex.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage_text[] =
    "usage: expr expression\n"
    "  a | b   a & b                  a or else b; a if both\n"
    "  a = b   > >= < <= !=           comparison, of numbers if both are\n"
    "  a + b   - * / %                arithmetic\n"
    "  a : re                         match from the start: its length, or what \\(...\\) matched\n"
    "  length a, substr a i n, index a chars, match a re\n"
    "  ( a )   + a                    grouping; a whatever it looks like\n"
    "The status is 0 for a value that is neither empty nor 0, 1 for one that is, 2 or 3 for errors.\n";

#define MOST_DEPTH	1000	/* of parentheses: the stack has an end */

struct value {
	bool is_number;		/* then text is unused */
	intmax_t number;
	const char *text;
};

static char **token;
static int depth;

static struct value expression(int level);

static _Noreturn void
syntax(void)
{
	errx(2, "syntax error%s%s", *token == NULL ? ": more is missing" : " at ", *token == NULL ? "" : *token);
}

static struct value
text_value(const char *text)
{
	return (struct value){ false, 0, text };
}

static struct value
number_value(intmax_t n)
{
	return (struct value){ true, n, NULL };
}

static bool
to_number(struct value v, intmax_t *n)
{
	const char *p = v.text;

	if (v.is_number) {
		*n = v.number;
		return true;
	}
	p += *p == '-';
	if (*p == '\0' || strspn(p, "0123456789") != strlen(p))
		return false;
	errno = 0;
	*n = strtoimax(v.text, NULL, 10);
	if (errno == ERANGE)
		errx(3, "%s: %s", v.text, strerror(ERANGE));
	return true;
}

static const char *
to_text(struct value v)
{
	char buffer[32], *copy;

	if (!v.is_number)
		return v.text;
	snprintf(buffer, sizeof(buffer), "%jd", v.number);
	if ((copy = strdup(buffer)) == NULL)
		err(3, NULL);
	return copy;
}

static bool
is_null(struct value v)
{
	intmax_t n;

	return v.is_number ? v.number == 0 : *v.text == '\0' || (strspn(v.text, "-0") == strlen(v.text) &&
	    to_number(v, &n) && n == 0);
}

static bool
next_is(const char *text)
{
	return *token != NULL && strcmp(*token, text) == 0;
}

static struct value
match(const char *text, const char *pattern)
{
	char message[256], *part;
	regmatch_t m[2];
	regex_t re;
	int error;
	size_t length;

	if ((error = regcomp(&re, pattern, 0)) != 0) {
		regerror(error, &re, message, sizeof(message));
		errx(2, "%s: %s", pattern, message);
	}
	/* A match elsewhere than at the start is none; leftmost is what regexec looks for. */
	if (regexec(&re, text, 2, m, 0) != 0 || m[0].rm_so != 0) {
		bool groups = re.re_nsub > 0;

		regfree(&re);
		return groups ? text_value("") : number_value(0);
	}
	if (re.re_nsub == 0) {
		regfree(&re);
		return number_value((intmax_t)m[0].rm_eo);
	}
	regfree(&re);
	length = m[1].rm_so < 0 ? 0 : (size_t)(m[1].rm_eo - m[1].rm_so);
	if ((part = strndup(m[1].rm_so < 0 ? "" : text + m[1].rm_so, length)) == NULL)
		err(3, NULL);
	return text_value(part);
}

static struct value
substring(const char *text, struct value from, struct value count)
{
	intmax_t start, length, size = (intmax_t)strlen(text);
	char *part;

	if (!to_number(from, &start) || !to_number(count, &length) || start < 1 || start > size || length < 1)
		return text_value("");
	if (length > size - start + 1)
		length = size - start + 1;
	if ((part = strndup(text + start - 1, (size_t)length)) == NULL)
		err(3, NULL);
	return text_value(part);
}

static struct value
primary(void)
{
	struct value a, b;

	if (*token == NULL)
		syntax();
	if (next_is("(")) {
		if (++depth > MOST_DEPTH)
			errx(2, "too many parentheses");
		token++;
		a = expression(0);
		if (!next_is(")"))
			syntax();
		token++;
		depth--;
		return a;
	}
	if (next_is(")"))
		syntax();
	/* Keywords count only when something follows: expr length = length compares. */
	if (token[1] != NULL && next_is("+")) {
		token++;
		return text_value(*token++);
	}
	if (token[1] != NULL && next_is("length")) {
		token++;
		return number_value((intmax_t)strlen(to_text(primary())));
	}
	if (token[1] != NULL && (next_is("match") || next_is("index"))) {
		bool index = (*token++)[0] == 'i';
		const char *text = to_text(primary()), *other = to_text(primary()), *found;

		if (!index)
			return match(text, other);
		found = strpbrk(text, other);
		return number_value(found == NULL ? 0 : found - text + 1);
	}
	if (token[1] != NULL && next_is("substr")) {
		const char *text;

		token++;
		text = to_text(primary());
		a = primary();
		b = primary();
		return substring(text, a, b);
	}
	return text_value(*token++);
}

static struct value
compare(struct value a, struct value b, const char *operator)
{
	intmax_t x, y;
	int order;

	if (to_number(a, &x) && to_number(b, &y))
		order = (x > y) - (x < y);
	else
		order = strcoll(to_text(a), to_text(b));
	switch (operator[0]) {
	case '<': return number_value(operator[1] == '=' ? order <= 0 : order < 0);
	case '>': return number_value(operator[1] == '=' ? order >= 0 : order > 0);
	case '!': return number_value(order != 0);
	default: return number_value(order == 0);
	}
}

static struct value
calculate(struct value a, struct value b, char operator)
{
	intmax_t x, y, result;
	bool overflow = false;

	if (!to_number(a, &x) || !to_number(b, &y))
		errx(2, "non-integer argument");
	switch (operator) {
	case '+': overflow = __builtin_add_overflow(x, y, &result); break;
	case '-': overflow = __builtin_sub_overflow(x, y, &result); break;
	case '*': overflow = __builtin_mul_overflow(x, y, &result); break;
	default:
		if (y == 0)
			errx(2, "division by zero");
		if (x == INTMAX_MIN && y == -1) {
			overflow = operator == '/';
			result = 0;
		} else
			result = operator == '/' ? x / y : x % y;
	}
	if (overflow)
		errx(3, "%jd %c %jd: %s", x, operator, y, strerror(ERANGE));
	return number_value(result);
}

static const char *const levels[][7] = {
	{ "|" }, { "&" }, { "=", "==", ">", ">=", "<", "<=", "!=" }, { "+", "-" }, { "*", "/", "%" }, { ":" },
};

static bool
operator_at(int level)
{
	for (int i = 0; i < 7 && levels[level][i] != NULL; i++)
		if (next_is(levels[level][i]))
			return true;
	return false;
}

static struct value
expression(int level)
{
	struct value a, b;

	if (level == sizeof(levels) / sizeof(levels[0]))
		return primary();
	a = expression(level + 1);
	while (operator_at(level)) {
		const char *operator = *token++;

		b = expression(level + 1);
		switch (level) {
		case 0: a = !is_null(a) ? a : !is_null(b) ? b : number_value(0); break;
		case 1: a = is_null(a) || is_null(b) ? number_value(0) : a; break;
		case 2: a = compare(a, b, operator); break;
		case 5: a = match(to_text(a), to_text(b)); break;
		default: a = calculate(a, b, operator[0]);
		}
	}
	return a;
}

int
main(int argc, char **argv)
{
	struct value v;

	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		fputs(usage_text, stdout);
		return 0;
	}
	token = argv + 1;
	if (argc > 1 && strcmp(argv[1], "--") == 0)
		token++;
	v = expression(0);
	if (*token != NULL)
		syntax();
	puts(to_text(v));
	if (fflush(stdout) == EOF)
		err(3, "stdout");
	return is_null(v) ? 1 : 0;
}
