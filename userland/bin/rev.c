/*
 * rev: each line from its end to its start.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage_text[] = "usage: rev [file ...]\n";

static int
rev(const char *name)
{
	FILE *f = strcmp(name, "-") == 0 ? stdin : fopen(name, "r");
	char *line = NULL;
	size_t size = 0;
	ssize_t n;
	int status = 0;

	if (f == NULL) {
		warn("%s", name);
		return 1;
	}
	while ((n = getline(&line, &size, f)) != -1) {
		ssize_t length = line[n - 1] == '\n' ? n - 1 : n;

		for (ssize_t i = length; i > 0; i--)
			putchar(line[i - 1]);
		if (length < n)
			putchar('\n');
	}
	if (ferror(f)) {
		warn("%s", name);
		status = 1;
	}
	free(line);
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
		status = rev("-");
	for (int i = first; i < argc; i++)
		status |= rev(argv[i]);
	if (fflush(stdout) == EOF)
		err(1, "stdout");
	return status;
}
