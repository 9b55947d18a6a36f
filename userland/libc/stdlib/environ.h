/* What the environment functions share. */
#ifndef LIBC_STDLIB_ENVIRON_H
#define LIBC_STDLIB_ENVIRON_H

#include <stddef.h>

extern char **environ;

/* The slot of the variable whose name is the first len bytes, or NULL. */
char **__env_find(const char *name, size_t len);

/*
 * Make the environment hold `assignment` for that name.  `owned` tells whether
 * libc may free the string when it is replaced.  Returns 0, or -1 with errno.
 */
int __env_put(char *assignment, size_t name_len, int owned);

#endif
