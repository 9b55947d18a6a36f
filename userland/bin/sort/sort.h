/*
 * sort: what the parts share.
 *
 * keys.c reads -k and finds keys in lines, compare.c compares them, merge.c reads, sorts and merges.  What
 * does not fit in memory is sorted in runs, which go to temporary files and are merged at the end.
 */
#ifndef SORT_H
#define SORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum how { BY_TEXT, BY_NUMBER, BY_GENERAL_NUMBER, BY_HUMAN_NUMBER, BY_MONTH, BY_HASH };

struct order {
	enum how how;
	bool skip_blanks, skip_end_blanks;	/* before the key's first and last position */
	bool dictionary, fold, printable, reverse;
	bool given;		/* any of these: the global options do not apply */
};

struct key {
	size_t field, start;		/* from 0 */
	size_t end_field, end;		/* the end is `end` characters into it, or the field's end if 0 */
	bool to_line_end;
	struct order order;
};

struct line {
	char *text;
	size_t length;
	const char *key;	/* the first key, which most comparisons need */
	size_t key_length;
	size_t number;		/* among the lines read, which makes sorting stable */
};

struct options {
	struct key *keys;
	size_t key_count;
	struct order order;	/* the global one */
	int separator;		/* -1: blanks */
	char newline;
	bool unique, stable;
};

extern struct options options;

void *need(void *);

/* keys.c */
bool order_letter(struct order *, char);
void add_key(const char *);
const char *find_key(const struct key *, const struct line *, size_t *length);
void prepare(struct line *);

/* compare.c: whole lines; compare_keys leaves out the last resort. */
int compare_keys(const struct line *, const struct line *);
int compare_lines(const struct line *, const struct line *);

/* merge.c */
struct source {
	const char *name;
	FILE *file;
	struct line line;
	size_t size;
	bool ended;
};

FILE *open_input(const char *);
bool read_line(struct source *);
void sort_files(char **names, const char *output);
void merge_files(char **names, const char *output);
bool check_file(const char *name, bool say);

#endif
