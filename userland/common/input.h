/* What commands do that read files, or standard input. */
#ifndef INPUT_H
#define INPUT_H

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A file by its name; "-" is standard input. NULL, with a complaint, if it cannot be opened. */
static inline FILE *
open_input(const char *name)
{
	FILE *f = strcmp(name, "-") == 0 ? stdin : fopen(name, "r");

	if (f == NULL)
		warn("%s", name);
	return f;
}

/* Done with a file; 1, with a complaint, if it could not be read to its end. */
static inline int
close_input(FILE *f, const char *name)
{
	int failed = ferror(f) != 0;

	if (failed)
		warn("%s", name);
	if (f != stdin)
		fclose(f);
	return failed;
}

/* Several files that are read as if they were one. */
struct input {
	char **names;	/* those that are left, up to a NULL */
	FILE *file;
	int failed;	/* one could not be read */
};

/* The files that a command's arguments name from the first on; none is standard input. */
static inline struct input
input_of(int argc, char **argv, int first)
{
	static char standard[] = "-";
	static char *none[] = { standard, NULL };

	return (struct input){ first >= argc ? none : argv + first, NULL, 0 };
}

static inline int
next_byte(struct input *in)
{
	int c;

	for (;;) {
		if (in->file == NULL) {
			if (*in->names == NULL)
				return EOF;
			in->file = open_input(*in->names++);
			if (in->file == NULL) {
				in->failed = 1;
				continue;
			}
		}
		if ((c = getc(in->file)) != EOF)
			return c;
		in->failed |= close_input(in->file, in->names[-1]);
		in->file = NULL;
	}
}

/* The whole of a command without options that treats file after file: its exit status. */
static inline int
each_file(int argc, char **argv, const char *usage, int (*treat)(const char *name))
{
	int first = 1, status = 0;

	if (argc > 1 && strcmp(argv[1], "--help") == 0) {
		fputs(usage, stdout);
		return 0;
	}
	if (argc > 1 && strcmp(argv[1], "--") == 0)
		first++;
	else if (argc > 1 && argv[1][0] == '-' && argv[1][1] != '\0') {
		fputs(usage, stderr);
		return 1;
	}
	if (first >= argc)
		status = treat("-");
	for (int i = first; i < argc; i++)
		status |= treat(argv[i]);
	if (fflush(stdout) == EOF)
		err(1, "stdout");
	return status;
}

#endif
