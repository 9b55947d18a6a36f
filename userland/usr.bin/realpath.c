/* realpath: print the absolute path of files, without links and dots. */
#include <err.h>
#include <limits.h>
#include <stdbool.h>
#include <unistd.h>

#include "command.h"

static const char usage[] = "usage: realpath [-q] [file ...]\n";

int
main(int argc, char **argv)
{
	static char *here[] = { ".", NULL };
	char buffer[PATH_MAX];
	bool quiet = false;
	int c, status = 0;

	answer_help(argc, argv, usage);
	while ((c = getopt(argc, argv, "q")) != -1) {
		if (c == '?')
			usage_error(usage);
		quiet = true;
	}
	for (argv = optind == argc ? here : argv + optind; *argv != NULL; argv++) {
		if (realpath(*argv, buffer) == NULL) {
			if (!quiet)
				warn("%s", *argv);
			status = 1;
		} else
			puts(buffer);
	}
	return output_failed() ? 1 : status;
}
