/*
 * Addresses.
 */
#include "ed.h"

#include <ctype.h>
#include <stdlib.h>

size_t first, last;
int address_count;

static size_t
search(char delimiter)
{
	regex_t *re;
	size_t n = buffer.current;

	p++;
	re = read_pattern(delimiter);
	if (*p == delimiter)
		p++;
	for (size_t i = 0; i < buffer.count; i++) {
		if (delimiter == '/')
			n = n >= buffer.count ? 1 : n + 1;
		else
			n = n <= 1 ? buffer.count : n - 1;
		if (line_matches(re, buffer.lines[n]))
			return n;
	}
	fail("No match");
}

static size_t
marked(void)
{
	char letter = *++p;

	if (letter < 'a' || letter > 'z')
		fail("Invalid mark character");
	p++;
	for (size_t i = 1; marks[letter - 'a'] != NULL && i <= buffer.count; i++)
		if (buffer.lines[i] == marks[letter - 'a'])
			return i;
	fail("Invalid address");
}

static long
number(void)
{
	char *end;
	long n = strtol(p, &end, 10);

	p = end;
	return n;
}

/* One address with what is added to it; false if there is none. */
static bool
read_address(size_t *result)
{
	bool any = true;
	long n;

	skip_blanks();
	if (*p == '.') {
		n = (long)buffer.current;
		p++;
	} else if (*p == '$') {
		n = (long)buffer.count;
		p++;
	} else if (isdigit((unsigned char)*p))
		n = number();
	else if (*p == '\'')
		n = (long)marked();
	else if (*p == '/' || *p == '?')
		n = (long)search(*p);
	else {
		n = (long)buffer.current;
		any = false;
	}
	for (skip_blanks(); *p == '+' || *p == '-' || (any && isdigit((unsigned char)*p)); skip_blanks()) {
		int sign = *p == '-' ? -1 : 1;
		long step = 1;

		p += !isdigit((unsigned char)*p);
		if (isdigit((unsigned char)*p))
			step = number();
		n += sign * step;
		any = true;
	}
	if (!any)
		return false;
	if (n < 0 || (size_t)n > buffer.count)
		fail("Invalid address");
	*result = (size_t)n;
	return true;
}

/* Of several addresses the last two count.  After a semicolon, the current line is what was before it. */
void
read_addresses(void)
{
	size_t n;
	bool got = read_address(&n);

	address_count = 0;
	first = last = buffer.current;
	if (got) {
		first = last = n;
		address_count = 1;
	}
	for (skip_blanks(); *p == ',' || *p == ';' || *p == '%'; skip_blanks()) {
		char separator = *p++;

		if (!got && address_count == 0)
			last = separator == ';' ? buffer.current : 1;
		first = last;
		if (separator == ';')
			buffer.current = first;
		got = separator != '%' && read_address(&n);
		if (got)
			last = n;
		else
			last = address_count == 0 ? buffer.count : first;
		address_count = 2;
	}
}

void
default_range(size_t from, size_t to)
{
	if (address_count == 0) {
		first = from;
		last = to;
	}
	if (first < 1 || first > last || last > buffer.count)
		fail("Invalid address");
}

size_t
read_target(void)
{
	size_t f = first, l = last, target;

	read_addresses();
	target = address_count == 0 ? buffer.current : last;
	first = f;
	last = l;
	return target;
}
