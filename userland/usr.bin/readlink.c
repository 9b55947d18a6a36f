/* readlink: print where symbolic links lead. */
#include <err.h>
#include <limits.h>
#include <stdbool.h>
#include <unistd.h>

#include "command.h"

static const char usage[] = "usage: readlink [-fnqsv] file ...\n";

/* What -f prints: the path without links. Its last component need not exist. */
static char *
canonical(const char *path, char *buffer)
{
	char *copy, *slash, directory[PATH_MAX];
	const char *name = path;

	if (realpath(path, buffer) != NULL)
		return buffer;
	if ((copy = strdup(path)) == NULL)
		err(1, NULL);
	if ((slash = strrchr(copy, '/')) != NULL) {
		*slash = '\0';
		name = slash + 1;
	}
	if (readlink(path, directory, sizeof(directory)) >= 0 ||	/* a link that leads nowhere */
	    realpath(slash == NULL ? "." : slash == copy ? "/" : copy, directory) == NULL ||
	    snprintf(buffer, PATH_MAX, "%s/%s", strcmp(directory, "/") == 0 ? "" : directory, name) >= PATH_MAX)
		buffer = NULL;
	free(copy);
	return buffer;
}

int
main(int argc, char **argv)
{
	bool follow = false, newline = true, loud = false;
	char buffer[PATH_MAX];
	int c, status = 0;

	answer_help(argc, argv, usage);
	while ((c = getopt(argc, argv, "fnqsv")) != -1) {
		switch (c) {
		case 'f': follow = true; break;
		case 'n': newline = false; break;
		case 'q': case 's': loud = false; break;
		case 'v': loud = true; break;
		default: usage_error(usage);
		}
	}
	if (optind == argc)
		usage_error(usage);
	for (argv += optind; *argv != NULL; argv++) {
		const char *result = NULL;

		if (follow)
			result = canonical(*argv, buffer);
		else {
			ssize_t length = readlink(*argv, buffer, sizeof(buffer) - 1);

			if (length >= 0) {
				buffer[length] = '\0';
				result = buffer;
			}
		}
		if (result == NULL) {
			if (loud)
				warn("%s", *argv);
			status = 1;
			continue;
		}
		printf("%s%s", result, newline ? "\n" : "");
	}
	return output_failed() ? 1 : status;
}
