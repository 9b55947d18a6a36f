#include "fp_parse.h"

/* Far beyond any format's range, far from overflowing an int when digits are counted in. */
#define EXPONENT_LIMIT 100000000

static inline bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool
is_hex(char c)
{
	return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

/* Length of `word` if s begins with it, whatever the case; else 0. */
static int
match_word(const char *s, const char *word)
{
	int n = 0;

	for (; word[n] != '\0'; n++)
		if ((s[n] | 0x20) != word[n])
			return 0;
	return n;
}

static const char *
scan_exponent(const char *s, int *exponent)
{
	bool negative = false;
	int value = 0;
	const char *p = s + 1;

	if (*p == '-' || *p == '+')
		negative = *p++ == '-';
	if (!is_digit(*p))
		return s;
	for (; is_digit(*p); p++)
		if (value < EXPONENT_LIMIT)
			value = value * 10 + (*p - '0');
	if (value > EXPONENT_LIMIT)
		value = EXPONENT_LIMIT;
	*exponent = negative ? -value : value;
	return p;
}

/* "nan", and if a well-formed "(...)" follows, its contents as a payload. */
static const char *
scan_nan(const char *s, uint64_t *payload)
{
	uint64_t value = 0;
	unsigned base = 10;
	const char *p = s;
	bool number = true;

	if (*p != '(')
		return s;
	p++;
	if (p[0] == '0') {
		base = 8;
		if ((p[1] | 0x20) == 'x') {
			base = 16;
			p += 2;
		}
	}
	for (; *p != ')'; p++) {
		unsigned digit;

		if (is_digit(*p))
			digit = (unsigned)(*p - '0');
		else if ((*p | 0x20) >= 'a' && (*p | 0x20) <= 'z')
			digit = (unsigned)((*p | 0x20) - 'a' + 10);
		else if (*p == '_')
			digit = base;
		else
			return s;
		if (digit >= base)
			number = false;
		value = value * base + digit;
	}
	*payload = number ? value : 0;
	return p + 1;
}

static void
scan_digits(struct fp_text *t, const char *s)
{
	bool hex = s[0] == '0' && (s[1] | 0x20) == 'x' &&
	    (is_hex(s[2]) || (s[2] == '.' && is_hex(s[3])));
	bool any = false, point = false;

	if (hex)
		s += 2;
	t->digits = s;
	for (;; s++) {
		if (hex ? is_hex(*s) : is_digit(*s))
			any = true;
		else if (*s == '.' && !point)
			point = true;
		else
			break;
	}
	if (!any)
		return;
	t->kind = hex ? FP_TEXT_HEX : FP_TEXT_DECIMAL;
	t->digits_end = s;
	if ((*s | 0x20) == (hex ? 'p' : 'e'))
		s = scan_exponent(s, &t->exponent);
	t->end = s;
}

struct fp_text
__fp_scan(const char *s)
{
	struct fp_text t = { .kind = FP_TEXT_NONE, .end = s };
	int n;

	while (*s == ' ' || (*s >= '\t' && *s <= '\r'))
		s++;
	if (*s == '-' || *s == '+')
		t.negative = *s++ == '-';
	if (is_digit(*s) || *s == '.')
		scan_digits(&t, s);
	else if ((n = match_word(s, "infinity")) != 0 || (n = match_word(s, "inf")) != 0) {
		t.kind = FP_TEXT_INF;
		t.end = s + n;
	} else if ((n = match_word(s, "nan")) != 0) {
		t.kind = FP_TEXT_NAN;
		t.end = scan_nan(s + n, &t.payload);
	}
	return t;
}
