/* rmdir: remove empty directories. */
#include <err.h>
#include <stdbool.h>
#include <unistd.h>

#include "command.h"

static const char usage[] = "usage: rmdir [-p] directory ...\n";

/* Remove a directory, and with `parents` those above it that become empty. */
static int
remove_directory(char *path, bool parents)
{
	for (;;) {
		char *slash, *end;

		if (rmdir(path) == -1) {
			warn("%s", path);
			return 1;
		}
		if (!parents)
			return 0;
		for (end = path + strlen(path); end > path && end[-1] == '/'; end--)
			continue;
		*end = '\0';
		if ((slash = strrchr(path, '/')) == NULL)
			return 0;
		while (slash > path && slash[-1] == '/')
			slash--;
		if (slash == path)
			return 0;
		*slash = '\0';
	}
}

int
main(int argc, char **argv)
{
	bool parents = false;
	int c, status = 0;

	answer_help(argc, argv, usage);
	while ((c = getopt(argc, argv, "p")) != -1) {
		if (c == '?')
			usage_error(usage);
		parents = true;
	}
	if (optind == argc)
		usage_error(usage);
	for (argv += optind; *argv != NULL; argv++)
		status |= remove_directory(*argv, parents);
	return status;
}
