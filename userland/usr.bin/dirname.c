/* dirname: a path without its last component. */
#include <libgen.h>

#include "command.h"

static const char usage[] = "usage: dirname string\n";

int
main(int argc, char **argv)
{
	answer_help(argc, argv, usage);
	if (argc > 1 && strcmp(argv[1], "--") == 0)
		argv++, argc--;
	if (argc != 2)
		usage_error(usage);
	puts(dirname(argv[1]));
	return output_failed();
}
