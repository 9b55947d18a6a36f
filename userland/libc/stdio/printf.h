/*
 * How the parts of printf(3) share the work: printf_core.c walks the format,
 * printf_args.c finds the arguments, printf_int.c, printf_fp.c and printf_str.c
 * convert.
 */
#ifndef LIBC_STDIO_PRINTF_H
#define LIBC_STDIO_PRINTF_H

#include <stdarg.h>
#include <string.h>

#include "local.h"

enum {
	LEFT = 1,		/* - */
	PLUS = 2,		/* + */
	SPACE = 4,		/* blank */
	ALTERNATE = 8,		/* # */
	ZERO = 16,		/* 0 */
	GROUP = 32,		/* ' which in the C locale groups nothing */
};

enum length { LEN_NONE, LEN_HH, LEN_H, LEN_L, LEN_LONG_DOUBLE };

/* One conversion specification. */
struct spec {
	int flags;
	int width;
	int precision;		/* -1: none given */
	enum length length;
	char conversion;
	int position;		/* from 1; 0 when arguments are taken in order */
	int width_from;		/* -1: not from an argument; 0: the next; else a position */
	int precision_from;
};

enum arg_kind { ARG_NONE, ARG_INT, ARG_LONG, ARG_POINTER, ARG_DOUBLE, ARG_LONG_DOUBLE };

union arg {
	int i;
	long l;
	void *p;
	double d;
	long double ld;
};

struct args {
	va_list ap;
	union arg *table;	/* not NULL when the format names positions */
	int count;
};

/* Where output goes, how much there was, and whether it failed. */
struct out {
	FILE *fp;
	size_t total;
	bool failed;
	bool wide;		/* count characters, not bytes */
};

/* Bytes that continue a UTF-8 character count for nothing in the wide family. */
static inline size_t
count_characters(const char *s, size_t len)
{
	size_t n = 0;

	for (; len > 0; s++, len--)
		n += (*s & 0xc0) != 0x80;
	return n;
}

/* Parse what follows a '%'; returns what follows the specification. */
const char *__printf_parse(const char *, struct spec *);
enum arg_kind __printf_kind(const struct spec *);

/* Read all arguments of a format that names positions; 0 or -1. */
int __printf_collect(struct args *, const char *format);

void __printf_put(struct out *, const char *, size_t);
void __printf_pad(struct out *, char, int);

/* The pieces of a converted number: padding, prefix, zeros, digits. */
void __printf_number(struct out *, const struct spec *, const char *prefix, size_t prefix_len,
    int zeros, const char *digits, size_t len);

void __printf_integer(struct out *, const struct spec *, union arg);
void __printf_string(struct out *, const struct spec *, const char *);
void __printf_wide_string(struct out *, const struct spec *, const wchar_t *);
void __printf_char(struct out *, const struct spec *, int);
void __printf_double(struct out *, const struct spec *, double);
void __printf_long_double(struct out *, const struct spec *, long double);

static inline union arg
next_arg(struct args *args, enum arg_kind kind, int position)
{
	union arg arg = { .l = 0 };

	if (args->table != NULL)
		return position > 0 && position <= args->count ? args->table[position - 1] : arg;
	switch (kind) {
	case ARG_NONE:
		break;
	case ARG_INT:
		arg.i = va_arg(args->ap, int);
		break;
	case ARG_LONG:
		arg.l = va_arg(args->ap, long);
		break;
	case ARG_POINTER:
		arg.p = va_arg(args->ap, void *);
		break;
	case ARG_DOUBLE:
		arg.d = va_arg(args->ap, double);
		break;
	case ARG_LONG_DOUBLE:
		arg.ld = va_arg(args->ap, long double);
		break;
	}
	return arg;
}

#endif
