/* mkdir: make directories. */
#include <sys/stat.h>
#include <err.h>
#include <errno.h>
#include <stdbool.h>
#include <unistd.h>

#include "command.h"

static const char usage[] = "usage: mkdir [-p] [-m mode] directory ...\n";

/* The directories above a path, which the maker must be able to enter and to write. */
static int
make_parents(char *path)
{
	mode_t mask = umask(0), wanted = S_IWUSR | S_IXUSR;
	struct stat st;
	int result = 0;

	umask(mask & ~wanted);
	for (char *p = path + 1; result == 0 && (p = strchr(p, '/')) != NULL; p++) {
		*p = '\0';
		if (mkdir(path, 0777) == -1 && !(stat(path, &st) == 0 && S_ISDIR(st.st_mode))) {
			warn("%s", path);
			result = 1;
		}
		*p = '/';
	}
	umask(mask);
	return result;
}

static int
make(char *path, bool parents, mode_t mode, bool exact)
{
	size_t length = strlen(path);
	struct stat st;

	while (length > 1 && path[length - 1] == '/')
		path[--length] = '\0';
	if (parents && length > 0 && make_parents(path) != 0)
		return 1;
	if (mkdir(path, mode) == -1) {
		if (parents && stat(path, &st) == 0 && S_ISDIR(st.st_mode))
			return 0;
		warn("%s", path);
		return 1;
	}
	if (exact && chmod(path, mode) == -1) {	/* what the mask and mkdir(2) left out */
		warn("%s", path);
		return 1;
	}
	return 0;
}

int
main(int argc, char **argv)
{
	bool parents = false, exact = false;
	mode_t mode = 0777;
	void *set;
	int c, status = 0;

	answer_help(argc, argv, usage);
	while ((c = getopt(argc, argv, "m:p")) != -1) {
		switch (c) {
		case 'm':
			if ((set = setmode(optarg)) == NULL)
				errx(1, "invalid file mode: %s", optarg);
			mode = getmode(set, 0777);
			exact = true;
			break;
		case 'p': parents = true; break;
		default: usage_error(usage);
		}
	}
	if (optind == argc)
		usage_error(usage);
	for (argv += optind; *argv != NULL; argv++)
		status |= make(*argv, parents, mode, exact);
	return status;
}
