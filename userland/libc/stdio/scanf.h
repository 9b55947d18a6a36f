/* How the parts of scanf(3) share the work. */
#ifndef LIBC_STDIO_SCANF_H
#define LIBC_STDIO_SCANF_H

#include <stdarg.h>

#include "local.h"

enum scan_length { SCAN_INT, SCAN_CHAR, SCAN_SHORT, SCAN_LONG, SCAN_LONG_DOUBLE };

struct scan_spec {
	bool suppress;		/* * */
	bool allocate;		/* m */
	size_t width;		/* SIZE_MAX: none given */
	enum scan_length length;
	char conversion;
	const unsigned char *set;	/* of %[: 256 flags */
};

/* Input with a count; one character can always be put back. */
struct scan_input {
	FILE *fp;
	size_t consumed;
	bool wide;		/* counts are of characters, not bytes */
};

static inline int
scan_get(struct scan_input *in)
{
	int c = __sgetc(in->fp);

	if (c != EOF)
		in->consumed += !in->wide || (c & 0xc0) != 0x80;
	return c;
}

static inline void
scan_unget(struct scan_input *in, int c)
{
	if (c != EOF) {
		ungetc(c, in->fp);
		in->consumed -= !in->wide || (c & 0xc0) != 0x80;
	}
}

/* What a conversion came to. */
enum scan_result {
	SCAN_STORED,
	SCAN_SKIPPED,		/* converted, but suppressed */
	SCAN_MATCHED,		/* no conversion: a literal, %n */
	SCAN_MISMATCH,
	SCAN_END,		/* input ended before anything matched */
	SCAN_NO_MEMORY,
};

enum scan_result __scan_integer(struct scan_input *, const struct scan_spec *, void *);
enum scan_result __scan_float(struct scan_input *, const struct scan_spec *, void *);
enum scan_result __scan_text(struct scan_input *, const struct scan_spec *, void *);

#endif
