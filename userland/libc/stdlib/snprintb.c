#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <util.h>

/*
 * A number and the names of its bits, "0x5<READ,EXEC>".  The old format is a
 * base byte (8, 10 or 16) and then (bit number from 1, name) pairs, a name
 * ending before the next byte below 33.  The new one begins with "\177" and a
 * base byte, and its entries end with NUL:
 *
 *	b bit name		the bit is set
 *	f low width name	a field, followed by = value and : value entries
 *	F low width		a field of which only : entries are shown
 *	= value text		the last field is that
 *	: value text		the same, where text stands for the field
 *	* text			no : or = of the last field matched; a printf format
 */
struct output {
	char *buf;
	size_t size, len;	/* len goes on counting past the size */
	size_t line_max;	/* 0: one line */
	size_t line_start;
	const char *value_text;
	char separator;
};

static void
put(struct output *o, const char *s, size_t n)
{
	for (; n > 0; s++, n--, o->len++)
		if (o->len < o->size)
			o->buf[o->len] = *s;
}

static void
put_string(struct output *o, const char *s)
{
	put(o, s, strlen(s));
}

/* Begin an item; a full line is closed and the number repeated on the next. */
static void
begin_item(struct output *o, size_t item_len)
{
	if (o->line_max > 0 && o->separator == ',' &&
	    o->len - o->line_start + 1 + item_len + 1 > o->line_max) {
		put(o, ">\0", 2);
		o->line_start = o->len;
		put_string(o, o->value_text);
		o->separator = '<';
	}
	put(o, &o->separator, 1);
	o->separator = ',';
}

static void
old_format(struct output *o, const char *f, uint64_t value)
{
	while (*f != '\0') {
		unsigned bit = (unsigned char)*f++;
		const char *name = f;

		while ((unsigned char)*f > 32)
			f++;
		if (bit >= 1 && bit <= 32 && value >> (bit - 1) & 1) {
			begin_item(o, (size_t)(f - name));
			put(o, name, (size_t)(f - name));
		}
	}
}

static uint64_t
field_of(uint64_t value, unsigned low, unsigned width)
{
	value = low < 64 ? value >> low : 0;
	return width < 64 ? value & ((1ULL << width) - 1) : value;
}

static void
new_format(struct output *o, const char *f, uint64_t value, char base)
{
	uint64_t field = 0;
	bool matched = true;
	char text[128];

	while (*f != '\0') {
		char kind = *f++;
		unsigned first = (unsigned char)*f, width;

		switch (kind) {
		case 'b':
			f++;
			if (value >> (first & 63) & 1) {
				begin_item(o, strlen(f));
				put_string(o, f);
			}
			break;
		case 'f':
		case 'F':
			width = (unsigned char)f[1];
			f += 2;
			field = field_of(value, first, width);
			matched = false;
			if (kind == 'f') {
				snprintf(text, sizeof(text), base == 8 ? "%s=%#" PRIo64 :
				    base == 10 ? "%s=%" PRIu64 : "%s=%#" PRIx64, f, field);
				begin_item(o, strlen(text));
				put_string(o, text);
			}
			break;
		case '=':
		case ':':
			f++;
			if (field == first && !(kind == ':' && matched)) {
				matched = true;
				if (kind == '=')
					put(o, "=", 1);
				else
					begin_item(o, strlen(f));
				put_string(o, f);
			}
			break;
		case '*':
			if (!matched) {
				matched = true;
				snprintf(text, sizeof(text), f, field);
				put_string(o, text);
			}
			break;
		default:
			break;
		}
		f += strlen(f) + 1;
	}
}

int
snprintb_m(char *buf, size_t size, const char *format, uint64_t value, size_t line_max)
{
	struct output o = { .buf = buf, .size = size > 0 ? size - 1 : 0, .line_max = line_max, .separator = '<' };
	bool is_new = *format == '\177';
	char number[32], base = format[is_new];

	snprintf(number, sizeof(number), base == 8 ? "%#" PRIo64 : base == 10 ? "%" PRIu64 : "%#" PRIx64, value);
	o.value_text = number;
	put_string(&o, number);
	if (is_new)
		new_format(&o, format + 2, value, base);
	else if (base != '\0')
		old_format(&o, format + 1, value);
	if (o.separator == ',')
		put(&o, ">", 1);
	if (line_max > 0)
		put(&o, "\0", 1);
	if (size > 0)
		buf[o.len < size ? o.len : size - 1] = '\0';
	return (int)o.len;
}

int
snprintb(char *buf, size_t size, const char *format, uint64_t value)
{
	return snprintb_m(buf, size, format, value, 0);
}
