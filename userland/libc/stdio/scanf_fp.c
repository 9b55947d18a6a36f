#include <stdlib.h>
#include <string.h>

#include "scanf.h"

/*
 * The longest prefix that can begin a number, collected as text and given to
 * strtod.  With one character of pushback the input cannot be handed back
 * further, so "1e+x" is a mismatch although "1" is a number (ISO C 7.23.6.2).
 */
struct text {
	struct scan_input *in;
	size_t width;
	char *buf, fixed[64];
	size_t len, size;
	int next;		/* the unread character, EOF at the end or the width */
	bool failed;
};

static void
advance(struct text *t)
{
	if (t->len + 2 > t->size) {
		char *grown = realloc(t->buf == t->fixed ? NULL : t->buf, t->size * 2);

		if (grown == NULL) {
			t->failed = true;
			t->next = EOF;
			return;
		}
		if (t->buf == t->fixed)
			memcpy(grown, t->fixed, t->len);
		t->buf = grown;
		t->size *= 2;
	}
	t->buf[t->len++] = (char)t->next;
	t->next = t->len < t->width ? scan_get(t->in) : EOF;
}

static bool
accept_word(struct text *t, const char *word)
{
	for (; *word != '\0'; word++) {
		if ((t->next | 0x20) != *word)
			return false;
		advance(t);
	}
	return true;
}

static bool
is_digit(int c, bool hex)
{
	return (c >= '0' && c <= '9') || (hex && (c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

static bool
accept_nan(struct text *t)
{
	if (!accept_word(t, "nan"))
		return false;
	if (t->next != '(')
		return true;
	advance(t);
	while (is_digit(t->next, false) || ((t->next | 0x20) >= 'a' && (t->next | 0x20) <= 'z') ||
	    t->next == '_')
		advance(t);
	if (t->next != ')')
		return false;
	advance(t);
	return true;
}

static bool
accept_digits(struct text *t)
{
	bool hex = false, any = false;

	if (t->next == '0') {
		any = true;
		advance(t);
		if ((t->next | 0x20) == 'x') {
			hex = true;
			any = false;
			advance(t);
		}
	}
	for (; is_digit(t->next, hex); any = true)
		advance(t);
	if (t->next == '.') {
		advance(t);
		for (; is_digit(t->next, hex); any = true)
			advance(t);
	}
	if (!any)
		return false;
	if (t->next != EOF && (t->next | 0x20) == (hex ? 'p' : 'e')) {
		advance(t);
		if (t->next == '+' || t->next == '-')
			advance(t);
		if (!is_digit(t->next, false))
			return false;
		while (is_digit(t->next, false))
			advance(t);
	}
	return true;
}

static bool
accept_number(struct text *t)
{
	if (t->next == '+' || t->next == '-')
		advance(t);
	if (t->next == EOF)
		return false;
	switch (t->next | 0x20) {
	case 'i':
		if (!accept_word(t, "inf"))
			return false;
		return (t->next | 0x20) != 'i' || t->next == EOF || accept_word(t, "inity");
	case 'n':
		return accept_nan(t);
	default:
		return accept_digits(t);
	}
}

enum scan_result
__scan_float(struct scan_input *in, const struct scan_spec *spec, void *where)
{
	struct text t = { .in = in, .width = spec->width, .size = sizeof(t.fixed) };
	enum scan_result result = SCAN_STORED;

	t.buf = t.fixed;
	t.next = scan_get(in);
	if (!accept_number(&t))
		result = t.failed ? SCAN_NO_MEMORY : SCAN_MISMATCH;
	else if (where == NULL)
		result = SCAN_SKIPPED;
	scan_unget(in, t.next);
	if (result == SCAN_STORED) {
		t.buf[t.len] = '\0';
		if (spec->length == SCAN_LONG_DOUBLE)
			*(long double *)where = strtold(t.buf, NULL);
		else if (spec->length == SCAN_LONG)
			*(double *)where = strtod(t.buf, NULL);
		else
			*(float *)where = strtof(t.buf, NULL);
	}
	if (t.buf != t.fixed)
		free(t.buf);
	return result;
}
