/*
 * tac: the lines of files from the last to the first.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage_text[] = "usage: tac [file ...]\n";

static int
tac(const char *name)
{
	FILE *f = strcmp(name, "-") == 0 ? stdin : fopen(name, "r");
	size_t room = 0, size = 0, n, start;
	char *data = NULL;
	int status = 0;

	if (f == NULL) {
		warn("%s", name);
		return 1;
	}
	do {
		if (size == room && (data = realloc(data, room = room * 2 + 65536)) == NULL)
			err(1, NULL);
		n = fread(data + size, 1, room - size, f);
		size += n;
	} while (n > 0);
	if (ferror(f)) {
		warn("%s", name);
		status = 1;
	}
	for (; size > 0; size = start) {
		for (start = size - 1; start > 0 && data[start - 1] != '\n'; start--)
			continue;
		fwrite(data + start, 1, size - start, stdout);
	}
	free(data);
	if (f != stdin)
		fclose(f);
	return status;
}

int
main(int argc, char **argv)
{
	int first = 1, status = 0;

	if (argc > 1 && strcmp(argv[1], "--help") == 0) {
		fputs(usage_text, stdout);
		return 0;
	}
	if (argc > 1 && strcmp(argv[1], "--") == 0)
		first++;
	else if (argc > 1 && argv[1][0] == '-' && argv[1][1] != '\0') {
		fputs(usage_text, stderr);
		return 1;
	}
	if (first >= argc)
		status = tac("-");
	for (int i = first; i < argc; i++)
		status |= tac(argv[i]);
	if (fflush(stdout) == EOF)
		err(1, "stdout");
	return status;
}
