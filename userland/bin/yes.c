/*
 * yes: write a line for ever.
 */
#include <err.h>
#include <stdio.h>
#include <string.h>

int
main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		fputs("usage: yes [string ...]\n", stdout);
		return 0;
	}
	for (;;) {
		for (int i = 1; i < argc; i++)
			if (printf("%s%s", argv[i], i + 1 < argc ? " " : "") < 0)
				err(1, "stdout");
		if (puts(argc == 1 ? "y" : "") == EOF)
			err(1, "stdout");
	}
}
