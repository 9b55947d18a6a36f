/* Asking the user before something is overwritten or removed. */
#ifndef ASK_H
#define ASK_H

#include <stdbool.h>
#include <stdio.h>

/* Read a line from standard input: whether it begins with a yes. */
static inline bool
answer_is_yes(void)
{
	int first, c;

	fflush(stderr);
	first = c = getchar();
	while (c != '\n' && c != EOF)
		c = getchar();
	return first == 'y' || first == 'Y';
}

#endif
