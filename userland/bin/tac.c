/*
 * tac: the lines of files from the last to the first.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>

#include "input.h"

static const char usage_text[] = "usage: tac [file ...]\n";

static int
tac(const char *name)
{
	FILE *f = open_input(name);
	size_t room = 0, size = 0, n, start;
	char *data = NULL;

	if (f == NULL)
		return 1;
	do {
		if (size == room && (data = realloc(data, room = room * 2 + 65536)) == NULL)
			err(1, NULL);
		n = fread(data + size, 1, room - size, f);
		size += n;
	} while (n > 0);
	for (; size > 0; size = start) {
		for (start = size - 1; start > 0 && data[start - 1] != '\n'; start--)
			continue;
		fwrite(data + start, 1, size - start, stdout);
	}
	free(data);
	return close_input(f, name);
}

int
main(int argc, char **argv)
{
	return each_file(argc, argv, usage_text, tac);
}
