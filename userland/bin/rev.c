/*
 * rev: each line from its end to its start.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>

#include "input.h"

static const char usage_text[] = "usage: rev [file ...]\n";

static int
rev(const char *name)
{
	FILE *f = open_input(name);
	char *line = NULL;
	size_t size = 0;
	ssize_t n;

	if (f == NULL)
		return 1;
	while ((n = getline(&line, &size, f)) != -1) {
		ssize_t length = line[n - 1] == '\n' ? n - 1 : n;

		for (ssize_t i = length; i > 0; i--)
			putchar(line[i - 1]);
		if (length < n)
			putchar('\n');
	}
	free(line);
	return close_input(f, name);
}

int
main(int argc, char **argv)
{
	return each_file(argc, argv, usage_text, rev);
}
