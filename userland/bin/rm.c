/* rm: remove names of files, and directories with all that is in them. */
#include <sys/stat.h>
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <unistd.h>

#include "ask.h"
#include "command.h"

static const char usage[] = "usage: rm [-dfiPRrvx] file ...\n";

static bool force, interactive, recursive, directories, verbose, one_device;
static int status;

static void
complain(const char *path)
{
	if (force && errno == ENOENT)
		return;
	warn("%s", path);
	status = 1;
}

/* Whether to go on. Without -i only files that one cannot write are asked about, on a terminal. */
static bool
confirm(const char *path, const struct stat *st)
{
	char mode[12];

	if (interactive) {
		fprintf(stderr, "remove '%s'? ", path);
		return answer_is_yes();
	}
	if (force || S_ISLNK(st->st_mode) || !isatty(STDIN_FILENO) || access(path, W_OK) == 0)
		return true;
	strmode(st->st_mode, mode);
	fprintf(stderr, "override %.9s %s:%s for '%s'? ", mode + 1, user_from_uid(st->st_uid, 0),
	    group_from_gid(st->st_gid, 0), path);
	return answer_is_yes();
}

static void remove_path(const char *, dev_t);

static void
empty_directory(const char *path, dev_t device)
{
	DIR *directory = opendir(path);
	struct dirent *d;
	char *inner;

	if (directory == NULL) {
		/* One that cannot be read can still be removed if it is empty. */
		if (!force)
			complain(path);
		return;
	}
	while ((d = readdir(directory)) != NULL) {
		if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0)
			continue;
		if (asprintf(&inner, "%s/%s", path, d->d_name) == -1)
			err(1, NULL);
		remove_path(inner, device);
		free(inner);
	}
	closedir(directory);
}

static void
remove_path(const char *path, dev_t device)
{
	struct stat st;

	if (lstat(path, &st) == -1) {
		complain(path);
		return;
	}
	if (one_device && device != (dev_t)-1 && st.st_dev != device)
		return;
	if (S_ISDIR(st.st_mode)) {
		if (!recursive && !directories) {
			warnx("%s: is a directory", path);
			status = 1;
			return;
		}
		if (recursive) {
			if (interactive && !confirm(path, &st))
				return;
			empty_directory(path, st.st_dev);
		} else if (!confirm(path, &st))
			return;
		if (rmdir(path) == -1) {
			complain(path);
			return;
		}
	} else {
		if (!confirm(path, &st))
			return;
		if (unlink(path) == -1) {
			complain(path);
			return;
		}
	}
	if (verbose)
		printf("%s\n", path);
}

/* "/", "." and ".." are refused, as POSIX says. */
static bool
refused(const char *path)
{
	size_t end = strlen(path), start;

	while (end > 0 && path[end - 1] == '/')
		end--;
	if (end == 0 && *path == '/') {
		warnx("\"/\" may not be removed");
		return true;
	}
	for (start = end; start > 0 && path[start - 1] != '/'; start--)
		continue;
	if ((end - start == 1 && path[start] == '.') || (end - start == 2 && strncmp(path + start, "..", 2) == 0)) {
		warnx("\".\" and \"..\" may not be removed");
		return true;
	}
	return false;
}

int
main(int argc, char **argv)
{
	int c;

	answer_help(argc, argv, usage);
	while ((c = getopt(argc, argv, "dfiPRrvx")) != -1) {
		switch (c) {
		case 'd': directories = true; break;
		case 'f': force = true; interactive = false; break;
		case 'i': interactive = true; force = false; break;
		case 'P': break;	/* memory that is freed is overwritten anyway */
		case 'R': case 'r': recursive = true; break;
		case 'v': verbose = true; break;
		case 'x': one_device = true; break;
		default: usage_error(usage);
		}
	}
	if (optind == argc && !force)
		usage_error(usage);
	for (argv += optind; *argv != NULL; argv++) {
		if (refused(*argv))
			status = 1;
		else
			remove_path(*argv, (dev_t)-1);
	}
	return output_failed() ? 1 : status;
}
