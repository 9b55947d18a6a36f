/*
 * od: show the bytes of files as numbers, characters, or both.
 */
#include <ctype.h>
#include <err.h>
#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "input.h"

static const char usage_text[] =
    "usage: od [-v] [-A base] [-j skip] [-N count] [-t types] ... [-bcdosx] [file ...]\n"
    "  -A base   of offsets: d, o, x, n none         -j skip   so many bytes\n"
    "  -N count  read no more bytes than that        -v        show lines that repeat\n"
    "  -t types  a names, c characters, d signed, u unsigned, o octal, x hexadecimal, f floating;\n"
    "            after d u o x a size or C S I L, after f a size or F D L\n"
    "  -b -c -d -o -s -x  are -t o1, c, u2, o2, d2, x2\n";

#define LINE	16

struct type {
	char letter;
	int size;
	int width;	/* of one item, with the blank before it */
};

static struct type *types;
static size_t type_count;
static char base = 'o';
static bool verbose;
static unsigned long long skip, most = UINT64_MAX;
static struct input input;

static _Noreturn void
usage(int code)
{
	fputs(usage_text, code == 0 ? stdout : stderr);
	exit(code);
}

static int
width_of(char letter, int size)
{
	static const int signed_widths[] = { [1] = 4, [2] = 6, [4] = 11, [8] = 20 };
	static const int unsigned_widths[] = { [1] = 3, [2] = 5, [4] = 10, [8] = 20 };
	static const int octal_widths[] = { [1] = 3, [2] = 6, [4] = 11, [8] = 22 };

	switch (letter) {
	case 'd': return signed_widths[size] + 1;
	case 'u': return unsigned_widths[size] + 1;
	case 'o': return octal_widths[size] + 1;
	case 'x': return 2 * size + 1;
	case 'f': return size == 4 ? 16 : size == 8 ? 25 : 45;
	default: return 4;
	}
}

static void
add_type(char letter, int size)
{
	types = realloc(types, (type_count + 1) * sizeof(*types));
	if (types == NULL)
		err(1, NULL);
	types[type_count++] = (struct type){ letter, size, width_of(letter, size) };
}

static int
size_letter(char letter, char c)
{
	if (letter == 'f')
		return c == 'F' ? sizeof(float) : c == 'D' ? sizeof(double) : c == 'L' ? sizeof(long double) : 0;
	return c == 'C' ? 1 : c == 'S' ? sizeof(short) : c == 'I' ? sizeof(int) : c == 'L' ? sizeof(long) : 0;
}

static void
add_types(const char *p)
{
	for (const char *whole = p; *p != '\0';) {
		char letter = *p++;
		int size = letter == 'f' ? sizeof(double) : sizeof(int);

		if (strchr("acdfoux", letter) == NULL)
			errx(1, "%s: not a type", whole);
		if (letter == 'a' || letter == 'c')
			size = 1;
		else if (isdigit((unsigned char)*p)) {
			size = (int)strtol(p, (char **)&p, 10);
			if (letter == 'f' ? size != 4 && size != 8 && size != (int)sizeof(long double) :
			    size != 1 && size != 2 && size != 4 && size != 8)
				errx(1, "%s: no such size", whole);
		} else if (size_letter(letter, *p) != 0)
			size = size_letter(letter, *p++);
		add_type(letter, size);
	}
}

static unsigned long long
number(const char *text)
{
	char *end;
	unsigned long long n = strtoull(text, &end, 0);

	if (!isdigit((unsigned char)*text))
		errx(1, "%s: not a number", text);
	if (*end == 'b')
		n *= 512;
	else if (*end == 'k')
		n <<= 10;
	else if (*end == 'm')
		n <<= 20;
	if (*end != '\0' && end[1] != '\0')
		errx(1, "%s: not a number", text);
	return n;
}

static void
put_character(unsigned char c)
{
	static const char names[] = "\a\b\f\n\r\t\v", letters[] = "abfnrtv";
	const char *name = c == '\0' ? NULL : strchr(names, c);

	if (c == '\0')
		printf("  \\0");
	else if (name != NULL)
		printf("  \\%c", letters[name - names]);
	else if (isprint(c))
		printf("   %c", c);
	else
		printf(" %03o", c);
}

static void
put_name(unsigned char c)
{
	static const char names[][4] = {
		"nul", "soh", "stx", "etx", "eot", "enq", "ack", "bel", "bs", "ht", "nl", "vt", "ff", "cr", "so",
		"si", "dle", "dc1", "dc2", "dc3", "dc4", "nak", "syn", "etb", "can", "em", "sub", "esc", "fs",
		"gs", "rs", "us", "sp",
	};

	c &= 0x7f;
	if (c <= ' ')
		printf(" %3s", names[c]);
	else if (c == 0x7f)
		printf(" del");
	else
		printf("   %c", c);
}

/* As short as it can be and still be read back as the same number. */
static void
put_float(const unsigned char *p, const struct type *t)
{
	char text[64];
	long double wide;
	double d;
	float f;

	if (t->size == sizeof(f)) {
		memcpy(&f, p, sizeof(f));
		for (int digits = fabsf(f) < FLT_MIN ? 1 : FLT_DIG; digits <= FLT_DECIMAL_DIG; digits++) {
			snprintf(text, sizeof(text), "%.*g", digits, (double)f);
			if (strtof(text, NULL) == f)
				break;
		}
	} else if (t->size == sizeof(d)) {
		memcpy(&d, p, sizeof(d));
		for (int digits = fabs(d) < DBL_MIN ? 1 : DBL_DIG; digits <= DBL_DECIMAL_DIG; digits++) {
			snprintf(text, sizeof(text), "%.*g", digits, d);
			if (strtod(text, NULL) == d)
				break;
		}
	} else {
		memcpy(&wide, p, sizeof(wide));
		for (int digits = LDBL_DIG; digits <= LDBL_DECIMAL_DIG; digits++) {
			snprintf(text, sizeof(text), "%.*Lg", digits, wide);
			if (strtold(text, NULL) == wide)
				break;
		}
	}
	printf("%*s", t->width, text);
}

static void
put_item(const unsigned char *p, const struct type *t)
{
	uint64_t n = 0;
	int shift = 64 - 8 * t->size;

	switch (t->letter) {
	case 'a': put_name(*p); return;
	case 'c': put_character(*p); return;
	case 'f': put_float(p, t); return;
	}
	for (int i = t->size; i-- > 0;)
		n = n << 8 | p[i];
	if (t->letter == 'd')
		printf("%*lld", t->width, (long long)(n << shift) >> shift);
	else if (t->letter == 'u')
		printf("%*llu", t->width, (unsigned long long)n);
	else if (t->letter == 'o')
		printf(" %0*llo", t->width - 1, (unsigned long long)n);
	else
		printf(" %0*llx", t->width - 1, (unsigned long long)n);
}

static void
put_offset(unsigned long long offset)
{
	switch (base) {
	case 'd': printf("%07llu", offset); break;
	case 'o': printf("%07llo", offset); break;
	case 'x': printf("%06llx", offset); break;
	}
}

/* Columns of different types are made to stand below each other: the widest tells how far. */
static void
put_line(const unsigned char *line, size_t length, unsigned long long offset)
{
	int widest = 0;

	for (size_t i = 0; i < type_count; i++)
		if (types[i].width * (LINE / types[i].size) > widest)
			widest = types[i].width * (LINE / types[i].size);
	for (size_t i = 0; i < type_count; i++) {
		const struct type *t = &types[i];
		int items = LINE / t->size, extra = widest - t->width * items, given = 0;

		if (i == 0)
			put_offset(offset);
		else
			printf("%*s", base == 'n' ? 0 : base == 'x' ? 6 : 7, "");
		for (int k = 0; k < items && (size_t)(k * t->size) < length; k++) {
			int due = extra * (k + 1) / items;

			printf("%*s", due - given, "");
			given = due;
			put_item(line + k * t->size, t);
		}
		putchar('\n');
	}
}

static void
dump(void)
{
	unsigned char line[LINE], last[LINE];
	unsigned long long offset = 0, left = most;
	bool repeated = false, any = false;
	size_t length;
	int c;

	for (; offset < skip; offset++)
		if (next_byte(&input) == EOF)
			errx(1, "cannot skip past the end of input");
	do {
		for (length = 0; length < LINE && left > 0 && (c = next_byte(&input)) != EOF; left--)
			line[length++] = (unsigned char)c;
		if (length == LINE && any && !verbose && memcmp(line, last, LINE) == 0) {
			if (!repeated)
				puts("*");
			repeated = true;
		} else if (length > 0) {
			memset(line + length, 0, LINE - length);
			put_line(line, length, offset);
			memcpy(last, line, LINE);
			any = true;
			repeated = false;
		}
		offset += length;
	} while (length == LINE);
	if (base != 'n') {
		put_offset(offset);
		putchar('\n');
	}
}

int
main(int argc, char **argv)
{
	int c;

	if (argc > 1 && strcmp(argv[1], "--help") == 0)
		usage(0);
	while ((c = getopt(argc, argv, "A:bcdj:N:ost:vx")) != -1)
		switch (c) {
		case 'A':
			if (strlen(optarg) != 1 || strchr("doxn", optarg[0]) == NULL)
				usage(1);
			base = optarg[0];
			break;
		case 'N': most = number(optarg); break;
		case 'b': add_type('o', 1); break;
		case 'c': add_type('c', 1); break;
		case 'd': add_type('u', 2); break;
		case 'j': skip = number(optarg); break;
		case 'o': add_type('o', 2); break;
		case 's': add_type('d', 2); break;
		case 't': add_types(optarg); break;
		case 'v': verbose = true; break;
		case 'x': add_type('x', 2); break;
		default: usage(1);
		}
	if (type_count == 0)
		add_type('o', 2);
	input = input_of(argc, argv, optind);
	dump();
	if (fflush(stdout) == EOF)
		err(1, "stdout");
	return input.failed;
}
