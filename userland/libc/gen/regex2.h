/*
 * A compiled regular expression: a program for the matcher in regexec.c.
 */
#ifndef REGEX2_H
#define REGEX2_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REGEX_MAGIC	0x75726567
#define MAX_GROUPS	256

enum op {
	OP_CHAR,	/* this character */
	OP_CHAR_FOLD,	/* this character in either case; held in lower case */
	OP_ANY,		/* any character */
	OP_ANY_BUT_NEWLINE,
	OP_SET,		/* a character of set x */
	OP_BOL, OP_EOL, OP_WORD_START, OP_WORD_END, OP_WORD_EDGE, OP_NOT_WORD_EDGE,
	OP_SAVE,	/* slot x becomes the position */
	OP_JUMP,	/* to x, from here */
	OP_SPLIT,	/* to x, and failing that to y */
	OP_LOOP,	/* back to x, unless nothing was matched since slot y was saved; then on */
	OP_BACKREF,	/* what group x matched */
	OP_MATCH,
};

struct instruction {
	uint8_t op;
	uint8_t c;
	int x, y;	/* jumps are relative, so that a piece of program can be moved and copied */
};

struct charset {
	unsigned char bits[(UCHAR_MAX + 1) / 8];
};

struct re_guts {
	struct instruction *code;
	size_t length, room;
	struct charset *sets;
	size_t set_count, set_room;
	int flags;
	int slots;	/* two for each group, group 0 the whole match; then one for each loop */
	bool backrefs;
};

static inline void
charset_add(struct charset *s, unsigned char c)
{
	s->bits[c / 8] |= 1u << c % 8;
}

static inline bool
charset_has(const struct charset *s, unsigned char c)
{
	return (s->bits[c / 8] >> c % 8) & 1;
}

#endif
