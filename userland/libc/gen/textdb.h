/* Files of lines with colons between fields: /etc/passwd and /etc/group. */
#ifndef TEXTDB_H
#define TEXTDB_H

#include <stddef.h>
#include <stdio.h>

/* The next line that is not a comment, without its newline. 0, ENOENT at the end, ERANGE when too long. */
int __textdb_line(FILE *, char *, size_t);

/* Cuts a line at its colons. The number of fields found, which may be more than there is room for. */
size_t __textdb_split(char *, char **, size_t);

/* A decimal number and nothing else. -1 when it is not one. */
int __textdb_number(const char *, unsigned int *);

#endif
