/*
 * diff: what the parts share.
 *
 * lines.c reads a file and gives lines that count as equal the same number; compare.c finds out which lines
 * are not in the longest common subsequence; output.c writes that in several forms; main.c walks directories.
 */
#ifndef DIFF_H
#define DIFF_H

#include <sys/types.h>
#include <sys/stat.h>
#include <stdbool.h>
#include <stddef.h>

enum style { NORMAL, UNIFIED, CONTEXT, ED, BRIEF };

struct line {
	const char *text;
	size_t length;		/* without the newline */
};

struct file {
	const char *name;
	struct stat st;
	bool is_absent;		/* with -N: as if empty */
	char *data;
	size_t size;
	struct line *lines;
	size_t count;
	size_t *classes;	/* equal lines have the same */
	bool *changed;		/* has count + 1 elements */
	bool lacks_newline, is_binary;
};

/* Lines first[0] .. first[0]+count[0]-1 became first[1] ... */
struct change {
	size_t first[2], count[2];
};

struct options {
	enum style style;
	size_t context;
	bool fold, squeeze_blanks, ignore_blanks, text, recursive, absent_as_empty, report_same;
	const char *labels[2];
	int label_count;
};

extern struct options options;

void *need(void *);

/* lines.c: false when it cannot be read, which has been reported. */
bool read_file(struct file *, const char *name);
void free_file(struct file *);
void split_lines(struct file files[2]);

/* compare.c: the number of changes. */
size_t find_changes(struct file files[2], struct change **);

/* output.c */
void write_changes(const struct file files[2], const struct change *, size_t count);

#endif
