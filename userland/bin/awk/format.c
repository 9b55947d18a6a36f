/*
 * printf.
 */
#include "awk.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static struct node *arguments;

static struct node *
next_argument(void)
{
	struct node *n = arguments;

	if (n == NULL)
		fail("a format wants more arguments than there are");
	arguments = n->next;
	return n;
}

static void
put_character(FILE *f, bool left, int width)
{
	struct value v = eval(next_argument());
	char c[2] = "";
	size_t size = 1;

	if (v.kind == NUMBER || (v.kind == INPUT && is_numeric(&v)))
		c[0] = (char)(int)to_number(&v);
	else if (v.kind == UNSET || v.string->length == 0)
		size = 0;
	else
		c[0] = v.string->text[0];
	drop(v);
	if (!left)
		fprintf(f, "%*s", width > (int)size ? width - (int)size : 0, "");
	fwrite(c, 1, size, f);
	if (left)
		fprintf(f, "%*s", width > (int)size ? width - (int)size : 0, "");
}

static void
put_string(FILE *f, bool left, int width, int precision)
{
	struct string *s = eval_string(next_argument());
	size_t size = precision >= 0 && (size_t)precision < s->length ? (size_t)precision : s->length;

	if (!left)
		fprintf(f, "%*s", (size_t)width > size ? width - (int)size : 0, "");
	fwrite(s->text, 1, size, f);
	if (left)
		fprintf(f, "%*s", (size_t)width > size ? width - (int)size : 0, "");
	release(s);
}

static void
put_number(FILE *f, char *specification, char letter, int width, int precision)
{
	double x = eval_number(next_argument());
	char *end = specification + strlen(specification);

	if (strchr("dioxXu", letter) == NULL) {
		sprintf(end, "*.*%c", letter);
		fprintf(f, specification, width, precision, x);
	} else if (!(fabs(x) < 9.2e18)) {
		/* Too large for an integer, or none at all. */
		sprintf(end, "*.0f");
		fprintf(f, specification, width, x);
	} else {
		sprintf(end, "*.*j%c", letter == 'i' ? 'd' : letter);
		fprintf(f, specification, width, precision, (intmax_t)x);
	}
}

static const char *
read_number(const char *p, const char *end, int *n)
{
	if (p < end && *p == '*') {
		*n = (int)eval_number(next_argument());
		return p + 1;
	}
	for (*n = 0; p < end && *p >= '0' && *p <= '9'; p++)
		if (*n < 100000000)
			*n = *n * 10 + *p - '0';
	return p;
}

/* One conversion, from after its %. */
static const char *
convert(FILE *f, const char *p, const char *end)
{
	char specification[24] = "%";
	const char *start = p;
	size_t length = 1;
	int width = 0, precision = -1;
	bool left = false;

	for (; p < end && *p != '\0' && strchr("-+ #0", *p) != NULL; p++) {
		left |= *p == '-';
		if (strchr(specification, *p) == NULL)
			specification[length++] = *p;
	}
	p = read_number(p, end, &width);
	if (width < 0) {
		width = -width;
		left = true;
		specification[length++] = '-';
	}
	if (p < end && *p == '.')
		p = read_number(p + 1, end, &precision);
	while (p < end && *p != '\0' && strchr("hlLjzt", *p) != NULL)
		p++;
	if (p == end || *p == '\0' || strchr("cdiouxXaAeEfFgGs", *p) == NULL) {	/* no conversion: as it stands */
		putc('%', f);
		return start;
	}
	if (*p == 'c')
		put_character(f, left, width);
	else if (*p == 's')
		put_string(f, left, width, precision);
	else
		put_number(f, specification, *p, width, precision);
	return p + 1;
}

struct string *
format(struct node *list)
{
	struct node *outer = arguments;
	struct string *how = eval_string(list), *result;
	const char *p = how->text, *end = p + how->length;
	size_t size;
	char *text;
	FILE *f = need(open_memstream(&text, &size));

	/* An argument may call sprintf itself: what is left of the outer list is put back at the end. */
	arguments = list->next;
	while (p < end)
		if (*p != '%')
			putc(*p++, f);
		else if (p + 1 < end && p[1] == '%') {
			putc('%', f);
			p += 2;
		} else
			p = convert(f, p + 1, end);
	arguments = outer;
	if (fclose(f) == EOF)
		fail("out of memory");
	release(how);
	result = new_string(text, size);
	free(text);
	return result;
}
