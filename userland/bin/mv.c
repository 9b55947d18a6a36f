/* mv: move files. */
#include <sys/param.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <unistd.h>

#include "ask.h"
#include "command.h"

static const char usage[] =
    "usage: mv [-fiv] source target\n"
    "       mv [-fiv] source ... directory\n";

static bool force, interactive, verbose;

static int
complain(const char *path)
{
	warn("%s", path);
	return 1;
}

static int
run(char *const argv[])
{
	extern char **environ;
	pid_t pid;
	int status, error = posix_spawn(&pid, argv[0], NULL, NULL, argv, environ);

	if (error != 0) {
		errno = error;
		return complain(argv[0]);
	}
	while (waitpid(pid, &status, 0) == -1)
		if (errno != EINTR)
			return complain(argv[0]);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : 1;
}

/* Names do not move between file systems: copy everything, then remove it here. */
static int
move_by_copy(char *from, char *to)
{
	char *copy[] = { "/bin/cp", "-PRp", "--", from, to, NULL }, *removal[] = { "/bin/rm", "-rf", "--", from, NULL };
	struct stat st, target;

	if (lstat(from, &st) == -1)
		return complain(from);
	if (lstat(to, &target) == 0) {
		/* What rename would have said, or done. */
		if (S_ISDIR(st.st_mode) != S_ISDIR(target.st_mode)) {
			errno = S_ISDIR(st.st_mode) ? ENOTDIR : EISDIR;
			return complain(to);
		}
		if ((S_ISDIR(st.st_mode) ? rmdir(to) : unlink(to)) == -1)
			return complain(to);
	}
	return run(copy) != 0 ? 1 : run(removal);
}

static int
move(char *from, char *to)
{
	struct stat st;
	char mode[12];

	if (!force && lstat(to, &st) == 0) {
		bool ask = interactive;

		if (ask)
			fprintf(stderr, "overwrite %s? ", to);
		else if (access(to, W_OK) == -1 && isatty(STDIN_FILENO) && !S_ISLNK(st.st_mode)) {
			ask = true;
			strmode(st.st_mode, mode);
			fprintf(stderr, "override %.9s %s? ", mode + 1, to);
		}
		if (ask && !answer_is_yes())
			return 0;
	}
	if (rename(from, to) == -1) {
		if (errno != EXDEV) {
			warn("rename %s to %s", from, to);
			return 1;
		}
		if (move_by_copy(from, to) != 0)
			return 1;
	}
	if (verbose)
		printf("%s -> %s\n", from, to);
	return 0;
}

/* directory/last component of path */
static char *
inside(const char *directory, const char *path)
{
	size_t end = strlen(path), start;
	char *result;

	while (end > 1 && path[end - 1] == '/')
		end--;
	for (start = end; start > 0 && path[start - 1] != '/'; start--)
		continue;
	if (asprintf(&result, "%s/%.*s", directory, (int)(end - start), path + start) == -1)
		err(1, NULL);
	return result;
}

int
main(int argc, char **argv)
{
	struct stat st, own;
	char *target;
	int c, status = 0;

	answer_help(argc, argv, usage);
	while ((c = getopt(argc, argv, "fiv")) != -1) {
		switch (c) {
		case 'f': force = true; interactive = false; break;
		case 'i': interactive = true; force = false; break;
		case 'v': verbose = true; break;
		default: usage_error(usage);
		}
	}
	argc -= optind;
	argv += optind;
	if (argc < 2)
		usage_error(usage);
	target = argv[argc - 1];
	if (stat(target, &st) == -1 || !S_ISDIR(st.st_mode)) {
		if (argc > 2)
			usage_error(usage);
		return move(argv[0], target);
	}
	/* "mv dir dir": not into itself, but an error of rename's. */
	if (argc == 2 && lstat(argv[0], &own) == 0 && own.st_dev == st.st_dev && own.st_ino == st.st_ino)
		return move(argv[0], target);
	for (int i = 0; i < argc - 1; i++) {
		char *path = inside(target, argv[i]);

		status |= move(argv[i], path);
		free(path);
	}
	return output_failed() ? 1 : status;
}
