/*
 * ed: what the parts share.
 *
 * buffer.c keeps the lines and undoes changes; input.c reads commands; address.c addresses; pattern.c regular
 * expressions, substitution and global commands; file.c files; command.c the commands; main.c the rest.
 *
 * Whatever goes wrong calls fail(), which comes back to the loop in main().
 */
#ifndef ED_H
#define ED_H

#include <sys/types.h>
#include <regex.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* A line may be in the buffer and in what undo goes back to. */
struct line {
	size_t length;
	int references;
	bool chosen;		/* by a global command */
	char text[];		/* ends in NUL, has no newline */
};

struct text {
	char *data;
	size_t length, size;
};

/* Numbers of lines count from 1; line 0 is before the first. */
struct buffer {
	struct line **lines;	/* lines[0] is not used */
	size_t count, size, current;
};

extern struct buffer buffer;
extern struct line *marks[26];
extern bool modified, silent, in_global;
extern char *file_name;
extern size_t first, last;	/* the addresses of the command */
extern int address_count;

_Noreturn void fail(const char *);
void check_interrupt(void);
void *need(void *);
void text_add(struct text *, const char *, size_t);

/* buffer.c */
struct line *new_line(const char *, size_t);
void insert_lines(size_t after, struct line **, size_t count);	/* takes the references over */
void delete_lines(size_t from, size_t to);
void replace_line(size_t, struct line **, size_t count);
void remember_state(void);	/* before a command that may change the buffer */
void swap_state(void);
void release(struct line *);

/* input.c: p is where the command is read from. */
extern const char *p;
bool read_command(void);	/* false at the end of input */
bool read_text_line(struct text *);	/* of a, c, i: false at the end */
void begin_list(const char *);	/* commands come from here */
void end_list(void);
void skip_blanks(void);

/* address.c */
void read_addresses(void);
void default_range(size_t, size_t);	/* and check what was given */
size_t read_target(void);	/* of m and t */

/* pattern.c */
regex_t *read_pattern(char delimiter);
bool line_matches(regex_t *, const struct line *);
void substitute(void);
void global(bool interactive, bool inverted);

/* file.c */
char *read_file_name(void);
void edit_file(char *name);
void read_into(size_t after, char *name);
void write_file(char *name, const char *mode);
void shell(const char *command);

/* command.c */
extern bool warned;		/* that the buffer is modified: the same command once more is meant */
void run_command(void);		/* from p on */
void print_lines(size_t from, size_t to, bool number, bool list);
bool read_suffix(bool *number, bool *list);	/* l, n and p after a command: any? */
void print_suffix(void);	/* reads them, and prints the current line */

#endif
