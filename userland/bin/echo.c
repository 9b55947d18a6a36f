/*
 * echo: write the arguments.
 *
 * -n is as in Berkeley's; backslashes mean nothing.  Nothing else is an option, except --help alone.
 */
#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

int
main(int argc, char **argv)
{
	bool newline = true;
	int i = 1;

	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		fputs("usage: echo [-n] [string ...]\n  -n  no newline at the end\n", stdout);
		return 0;
	}
	if (argc > 1 && strcmp(argv[1], "-n") == 0) {
		newline = false;
		i++;
	}
	for (; i < argc; i++) {
		fputs(argv[i], stdout);
		if (i + 1 < argc)
			putchar(' ');
	}
	if (newline)
		putchar('\n');
	if (fflush(stdout) == EOF)
		err(1, "stdout");
	return 0;
}
