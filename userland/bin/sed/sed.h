/*
 * sed: what the parts share.
 *
 * parse.c turns the script into an array of commands; braces and labels have become indices into it.
 * input.c reads lines from one file after the other; exec.c runs the commands over each; output.c writes.
 */
#ifndef SED_H
#define SED_H

#include <sys/types.h>
#include <regex.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct text {
	char *data;
	size_t length, size;
};

/* A regular expression; NULL stands for the last one that was used. */
struct regex {
	regex_t re;
	bool start_only;	/* begins with ^ */
};

enum address_kind {
	ADDRESS_NONE, ADDRESS_LINE, ADDRESS_LAST, ADDRESS_REGEX,
	ADDRESS_STEP,		/* line~step */
	ADDRESS_MORE,		/* second only: +line */
	ADDRESS_MULTIPLE,	/* second only: ~line */
};

struct address {
	enum address_kind kind;
	unsigned long line, step;
	struct regex *regex;
};

struct output {
	FILE *file;
	const char *name;
	bool lacks_newline;	/* the last line written had none: it was its file's last */
};

/* What replaces a match: pieces of text, each followed by a group (-1: none). */
struct replacement {
	char *text;
	size_t length;
	int group;
};

struct substitution {
	struct regex *regex;
	struct replacement *pieces;
	size_t count;
	bool global, print;
	unsigned long which;
	struct output *output;
};

struct command {
	struct address first, second;
	bool negated;
	bool active;		/* within the range */
	unsigned long range_end;	/* line at which a range that is counted ends */
	char name;
	struct text text;	/* a c i r; the label of : b t until it is resolved */
	size_t target;		/* b t {: the command to go on with */
	unsigned long number;	/* l q */
	struct output *output;	/* w */
	struct substitution *s;
	unsigned char *map;	/* y: 256 bytes */
};

struct script {
	struct command *commands;
	size_t count;
	bool extended;
};

extern bool quiet, separate, in_place;
extern struct output standard_output;

/* memory, in main.c */
void *need(void *);
void text_add(struct text *, const char *, size_t);
void text_set(struct text *, const char *, size_t);

/* parse.c, substitute.c */
struct reader {
	const char *p, *end;
	int line;
	bool extended;
};

void parse(struct script *, const char *, size_t);
_Noreturn void bad(const struct reader *, const char *, ...) __attribute__((__format__(__printf__, 2, 3)));
struct regex *parse_regex(struct reader *, char delimiter);
bool read_delimited(struct reader *, char delimiter, bool regex, struct text *);
void parse_substitution(struct reader *, struct command *);
struct output *parse_output(struct reader *);

bool matches(struct regex *, const struct text *, size_t from, size_t count, regmatch_t *);
bool substitute(const struct substitution *, struct text *);

/* input.c */
void input_open(char **files);
bool input_next(struct text *, bool *lacks_newline);
bool input_last(void);
unsigned long input_line(void);
int input_status(void);
void input_close(void);

/* output.c */
struct output *output_open(const char *name);
void output_write(struct output *, const char *, size_t, bool newline);
void output_visible(struct output *, const struct text *, unsigned long width);
void output_flush(struct output *);
void output_close_all(void);

/* exec.c: the status to exit with. */
int execute(struct script *);

#endif
