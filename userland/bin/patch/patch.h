/*
 * patch: what the parts share.
 *
 * read.c finds hunks in what diff has written; apply.c puts them into lines of a file; main.c goes through the
 * files.
 */
#ifndef PATCH_H
#define PATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct line {
	const char *text;
	size_t length;		/* with the newline, if it has one */
};

struct lines {
	struct line *lines;
	size_t count, size;
};

/* A place where `old` is to be replaced by `new`. */
struct hunk {
	size_t start;		/* of the old lines, from 0 */
	struct lines old, new;
	size_t context_before, context_after;	/* lines that are the same in both */
	size_t first_line, end_line;		/* of the patch, for what is rejected */
};

void *need(void *);
void add_line(struct lines *, const char *, size_t);

/* read.c */
extern struct lines patch;
extern size_t patch_line;
void read_patch(FILE *, const char *name);
char *read_header(size_t strip, bool reversed);	/* to the next file: its name; NULL if none is told */
bool at_hunk(void);
bool patch_ended(void);
bool read_hunk(struct hunk *, bool reversed);
void free_hunk(struct hunk *);

/* apply.c: false when there is no place where it fits. */
bool apply_hunk(struct lines *, const struct hunk *, long *offset, size_t *from, size_t *where, size_t *fuzz);
void read_lines(struct lines *, FILE *);

#endif
