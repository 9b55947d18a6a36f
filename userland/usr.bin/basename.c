/* basename: the last component of a path. */
#include <libgen.h>

#include "command.h"

static const char usage[] = "usage: basename string [suffix]\n";

int
main(int argc, char **argv)
{
	char *name;
	size_t length, cut;

	answer_help(argc, argv, usage);
	if (argc > 1 && strcmp(argv[1], "--") == 0)
		argv++, argc--;
	if (argc < 2 || argc > 3)
		usage_error(usage);
	name = *argv[1] == '\0' ? argv[1] : basename(argv[1]);
	if (argc == 3) {
		length = strlen(name);
		cut = strlen(argv[2]);
		if (cut < length && strcmp(name + length - cut, argv[2]) == 0)
			name[length - cut] = '\0';
	}
	puts(name);
	return output_failed();
}
