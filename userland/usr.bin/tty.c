/* tty: the name of the terminal that is standard input. */
#include <stdbool.h>
#include <unistd.h>

#include "command.h"

static const char usage[] = "usage: tty [-s]\n";

int
main(int argc, char **argv)
{
	bool silent = false;
	const char *name;
	int c;

	answer_help(argc, argv, usage);
	while ((c = getopt(argc, argv, "s")) != -1) {
		if (c != 's') {
			fputs(usage, stderr);
			return 2;
		}
		silent = true;
	}
	name = ttyname(STDIN_FILENO);
	if (!silent)
		puts(name != NULL ? name : "not a tty");
	return output_failed() ? 3 : name == NULL;
}
