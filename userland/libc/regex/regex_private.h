/*
 * Regular expressions: how the parts work together.
 *
 * parse.c and bracket.c turn the text into a tree.  compile.c turns the tree
 * into two programs for a nondeterministic automaton, one that reads forwards
 * and one that reads backwards; every node of the tree is a contiguous piece of
 * either.  simulate.c runs pieces of program over text, all alternatives at
 * once, in time proportional to text times program.  regexec.c finds the
 * leftmost longest match that way, and submatch.c then finds what the
 * parentheses matched by dissecting that match, node by node, with the
 * backwards program telling what can still be completed.  Only back-references,
 * which no automaton can do, need the search in backtrack.c.
 */
#ifndef LIBC_REGEX_PRIVATE_H
#define LIBC_REGEX_PRIVATE_H

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MAGIC_COMPILED	0x7265676d	/* re_magic of a regex_t that may be executed */
#define MOST_NODES	100000		/* what repetition counts may multiply up to */
#define MOST_REPEATS	255		/* RE_DUP_MAX */

enum kind {
	NODE_EMPTY,
	NODE_BYTE,		/* value: the byte */
	NODE_SET,		/* value: index of the set */
	NODE_ASSERT,		/* value: enum assertion */
	NODE_BACKREF,		/* value: the group */
	NODE_GROUP,		/* value: the group; one child */
	NODE_SEQUENCE,		/* children one after the other */
	NODE_CHOICE,		/* one of the children */
	NODE_OPTIONAL,		/* one child, or nothing */
	NODE_STAR,		/* one child, any number of times */
	NODE_PLUS,		/* one child, at least once */
};

enum assertion {
	AT_LINE_START, AT_LINE_END, AT_WORD_START, AT_WORD_END, AT_WORD_EDGE, NOT_AT_WORD_EDGE,
	AT_TEXT_START, AT_TEXT_END,
};

/* A piece of a program: entered at `start`, left by arriving at `end`. */
struct piece {
	int start, end;
};

struct node {
	enum kind kind;
	int value;
	int child, next;	/* node numbers; 0 is none */
	int first_group, end_group;	/* the groups inside, itself included */
	bool later;		/* a repetition beyond the required ones: may not match empty */
	struct piece forward, backward;
};

enum opcode { OP_BYTE, OP_SET, OP_ASSERT, OP_SPLIT, OP_JUMP, OP_END };

struct instruction {
	enum opcode op;
	int x, y;		/* operand, or targets */
};

struct program {
	struct instruction *code;
	int count, size;
};

typedef struct {
	uint64_t bits[4];
} byte_set;

struct re_guts {
	int flags;		/* regcomp's */
	struct node *nodes;	/* nodes[0] is unused */
	int node_count, node_size;
	byte_set *sets;
	int set_count, set_size;
	int root;
	int groups;
	bool backrefs;
	struct program forward, backward;
	byte_set first;		/* bytes a non-empty match may begin with */
	bool may_be_empty;	/* then `first` tells nothing */
};

static inline void
set_add(byte_set *set, unsigned char c)
{
	set->bits[c / 64] |= 1ULL << c % 64;
}

static inline void
set_remove(byte_set *set, unsigned char c)
{
	set->bits[c / 64] &= ~(1ULL << c % 64);
}

static inline bool
set_has(const byte_set *set, unsigned char c)
{
	return set->bits[c / 64] >> c % 64 & 1;
}

/* parse.c */
struct parser {
	struct re_guts *g;
	const char *p, *end;
	int error;		/* a REG_ code, or 0 */
	int depth;
	uint64_t closed;	/* groups 1 to 63 that are complete */
};

int __regex_parse(struct re_guts *, const char *, const char *end);
int __regex_node(struct parser *, enum kind, int value);
int __regex_set_node(struct parser *, byte_set);

/* bracket.c: what follows '['; returns a node. */
int __regex_bracket(struct parser *);

/* compile.c */
int __regex_compile(struct re_guts *);

/* simulate.c */
struct text {
	const char *base;	/* position 0 */
	int64_t start, end;	/* positions that may be matched */
	int eflags;
};

/* One bit per position from `low` to `high`. */
struct positions {
	uint64_t *bits;
	int64_t low, high;
};

struct simulator {
	const struct re_guts *g;
	const struct text *text;
	struct thread_list *now, *later;
	int *stack;
};

int __regex_sim_init(struct simulator *, const struct re_guts *, const struct text *);
void __regex_sim_free(struct simulator *);

/* The leftmost longest match; with `any`, whether there is one.  0 or REG_NOMATCH. */
int __regex_search(struct simulator *, bool any, int64_t *match_start, int64_t *match_end);

/* Where the piece can end when it starts at `from`. */
void __regex_ends(struct simulator *, struct piece forward, int64_t from, struct positions *);

/* Where the piece can start when it ends at `to`. */
void __regex_starts(struct simulator *, struct piece backward, int64_t to, struct positions *);

bool __regex_holds(const struct re_guts *, const struct text *, enum assertion, int64_t position);

/* submatch.c, backtrack.c */
int __regex_submatches(struct simulator *, int64_t start, int64_t end, regmatch_t *, size_t count);
int __regex_backtrack(const struct re_guts *, const struct text *, regmatch_t *, size_t count);

#endif
