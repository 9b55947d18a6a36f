/*
 * find: what the parts share.
 *
 * parse.c makes a tree of the expression; tests.c tells whether a file meets one condition, exec.c runs
 * commands; main.c walks the hierarchies and evaluates the tree for each file.
 */
#ifndef FIND_H
#define FIND_H

#include <sys/types.h>
#include <sys/stat.h>
#include <fts.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

enum kind {
	AND, OR, NOT, COMMA,
	TRUE, FALSE, NAME, PATH, TYPE, SIZE, MODIFIED, ACCESSED, CHANGED, NEWER, PERM, USER, GROUP, NO_USER,
	NO_GROUP, LINKS, INODE, EMPTY, EXEC, EXEC_MANY, OK, PRINT, PRINT0, LIST, PRUNE, DELETE, QUIT,
};

struct command {
	char **argv;		/* what was given, without the ; */
	size_t count;
	char **paths;		/* -exec ... {} + */
	size_t path_count, path_size, bytes;
};

struct node {
	enum kind kind;
	struct node *a, *b;
	const char *text;	/* NAME, PATH; the letter of TYPE */
	bool fold;
	int sign;		/* -1 less, 0 equal, 1 more; of PERM: -1 all of these bits, 1 any of them */
	long long number;
	long long unit;		/* of SIZE in bytes, of times in seconds */
	struct timespec time;
	mode_t mode;
	struct command command;
};

struct settings {
	bool depth_first, same_device;
	long min_depth, max_depth;	/* max: -1 is none */
	int links;			/* FTS_PHYSICAL, FTS_COMFOLLOW, FTS_LOGICAL */
	time_t now;
};

extern struct settings settings;
extern int status;

void *need(void *);

/* parse.c */
struct node *parse(char **);

/* tests.c */
bool test(const struct node *, const FTSENT *);

/* exec.c */
bool run_once(const struct command *, const char *path, bool ask);
void collect(struct command *, const char *path);
void run_collected(struct command *);
void run_all_collected(struct node *);

#endif
