/*
 * tar: what the parts share.
 *
 * header.c turns a file's attributes into a header block of the ustar format and back; archive.c reads and
 * writes blocks; create.c and extract.c do what they say; main.c has the options.
 */
#ifndef TAR_H
#define TAR_H

#include <sys/types.h>
#include <sys/stat.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define BLOCK	512

struct entry {
	char *path, *target;	/* target: of links */
	char type;		/* 0 file, 1 hard link, 2 symbolic link, 3 and 4 devices, 5 directory, 6 FIFO */
	mode_t mode;
	uid_t uid;
	gid_t gid;
	off_t size;
	time_t mtime;
	char user[33], group[33];
	dev_t device;
};

struct options {
	bool verbose, preserve, keep, follow, to_stdout, numeric;
	const char *file;
};

extern struct options options;
extern int status;

void *need(void *);
void complain(const char *path);	/* with errno */

/* archive.c */
void open_archive(bool writing);
void close_archive(void);
bool read_block(unsigned char *);	/* false at the end of the file */
void write_block(const void *);
void skip_data(off_t size);

/* header.c: both also deal with extended headers, for what does not fit into a block. */
void write_header(const struct entry *);
bool read_header(struct entry *);	/* false at the end of the archive */
void free_entry(struct entry *);

/* create.c, extract.c */
void add_tree(char *path);
void process(char **names, bool extract);

#endif
