/* ln: give files further names. */
#include <sys/stat.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <unistd.h>

#include "ask.h"
#include "command.h"

static const char usage[] =
    "usage: ln [-fhiLnPsv] source [target]\n"
    "       ln [-fhiLnPsv] source ... directory\n";

static bool force, interactive, no_follow, symbolic, verbose, through_links;

static int
make(const char *source, const char *target, bool into)
{
	struct stat st, old;
	char *made = NULL;
	int result;

	if (into) {
		const char *slash = strrchr(source, '/');

		if (asprintf(&made, "%s/%s", target, slash != NULL ? slash + 1 : source) == -1)
			err(1, NULL);
		target = made;
	}
	if (!symbolic) {
		if ((through_links ? stat(source, &st) : lstat(source, &st)) == -1) {
			warn("%s", source);
			goto failed;
		}
		if (S_ISDIR(st.st_mode)) {
			errno = EISDIR;
			warn("%s", source);
			goto failed;
		}
	}
	if ((force || interactive) && lstat(target, &old) == 0) {
		if (!symbolic && old.st_dev == st.st_dev && old.st_ino == st.st_ino) {
			free(made);
			return 0;	/* it is that name already */
		}
		if (interactive) {
			fprintf(stderr, "replace %s? ", target);
			if (!answer_is_yes())
				goto failed;
		}
		if (unlink(target) == -1) {
			warn("%s", target);
			goto failed;
		}
	}
	if (symbolic)
		result = symlink(source, target);
	else
		result = linkat(AT_FDCWD, source, AT_FDCWD, target, through_links ? AT_SYMLINK_FOLLOW : 0);
	if (result == -1) {
		warn("%s", target);
		goto failed;
	}
	if (verbose)
		printf("%s %c> %s\n", target, symbolic ? '-' : '=', source);
	free(made);
	return 0;
failed:
	free(made);
	return 1;
}

int
main(int argc, char **argv)
{
	struct stat st;
	const char *target;
	bool into;
	int c, status = 0;

	answer_help(argc, argv, usage);
	while ((c = getopt(argc, argv, "LPfhinsv")) != -1) {
		switch (c) {
		case 'L': through_links = true; break;
		case 'P': through_links = false; break;
		case 'f': force = true; interactive = false; break;
		case 'i': interactive = true; force = false; break;
		case 'h': case 'n': no_follow = true; break;
		case 's': symbolic = true; break;
		case 'v': verbose = true; break;
		default: usage_error(usage);
		}
	}
	argc -= optind;
	argv += optind;
	if (argc == 0)
		usage_error(usage);
	target = argc == 1 ? "." : argv[argc - 1];
	into = (no_follow ? lstat(target, &st) : stat(target, &st)) == 0 && S_ISDIR(st.st_mode);
	if (argc > 2 && !into) {
		errno = ENOTDIR;
		err(1, "%s", target);
	}
	for (int i = 0; i < (argc == 1 ? 1 : argc - 1); i++)
		status |= make(argv[i], target, into);
	return output_failed() ? 1 : status;
}
