/*
 * which: where in PATH commands are.
 */
#include <sys/stat.h>
#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage_text[] =
    "usage: which [-a] name ...\n"
    "  -a  all places, not only the first\n";

static _Noreturn void
usage(int status)
{
	fputs(usage_text, status == 0 ? stdout : stderr);
	exit(status);
}

static bool
is_program(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

static bool
which(const char *name, bool all)
{
	const char *path = getenv("PATH"), *end;
	bool found = false;

	if (strchr(name, '/') != NULL) {
		if ((found = is_program(name)))
			puts(name);
		return found;
	}
	for (; path != NULL && (all || !found); path = end == NULL ? NULL : end + 1) {
		char *full;
		int length;

		end = strchr(path, ':');
		length = (int)(end == NULL ? strlen(path) : (size_t)(end - path));
		if (asprintf(&full, "%.*s%s%s", length == 0 ? 1 : length, length == 0 ? "." : path, "/", name) == -1)
			err(1, NULL);
		if (is_program(full)) {
			puts(full);
			found = true;
		}
		free(full);
	}
	return found;
}

int
main(int argc, char **argv)
{
	bool all = false;
	int c, status = 0;

	if (argc > 1 && strcmp(argv[1], "--help") == 0)
		usage(0);
	while ((c = getopt(argc, argv, "a")) != -1) {
		if (c == '?')
			usage(2);
		all = true;
	}
	if (optind == argc)
		usage(2);
	for (int i = optind; i < argc; i++)
		if (!which(argv[i], all))
			status = 1;
	if (fflush(stdout) == EOF)
		err(2, "stdout");
	return status;
}
