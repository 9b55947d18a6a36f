/* What the files of the regular expression compiler share. */
#ifndef REGPARSE_H
#define REGPARSE_H

#include <sys/cdefs.h>
#include <setjmp.h>

#include "regex2.h"

struct parser {
	const char *p, *end;
	struct re_guts *g;
	int flags;
	size_t groups;		/* opened so far */
	bool closed[MAX_GROUPS];
	size_t loops;
	int depth;
	jmp_buf error;
};

/* The character that many places on, or -1 behind the end. */
static inline int
peek(const struct parser *p, size_t at)
{
	return p->p + at < p->end ? (unsigned char)p->p[at] : -1;
}

/* Leaves regcomp with an error. */
void __regex_fail(struct parser *, int) __dead;
void __regex_emit(struct parser *, enum op, int, int);

/* Reads a bracket expression; the position is behind the [. */
void __regex_bracket(struct parser *);

/* The set of the characters with that property, or without it. */
void __regex_shorthand(struct parser *, int (*)(int), bool);

#endif
