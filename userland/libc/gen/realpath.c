/*
 * realpath(3): a path without links, dots and doubled slashes. Elements are taken one by one off what is
 * left; a link's target is put in front of it.
 */
#include <sys/param.h>
#include <sys/stat.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void
drop_last(char *path)
{
	char *slash = strrchr(path, '/');

	if (slash == path)
		slash++;
	*slash = '\0';
}

/* The target of the link at `path`, with `rest` behind it. */
static int
splice_link(const char *path, char *rest, size_t size)
{
	char target[PATH_MAX];
	ssize_t n = readlink(path, target, sizeof(target) - 1);
	size_t room = size - 1;

	if (n == -1)
		return -1;
	if (n == 0) {
		errno = ENOENT;
		return -1;
	}
	if ((size_t)n + strlen(rest) + 1 > room || (size_t)n + strlen(rest) + 2 > sizeof(target)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	target[n] = '\0';
	if (*rest != '\0') {
		target[n++] = '/';
		strcpy(target + n, rest);
	}
	strcpy(rest, target);
	return 0;
}

/* Appends the first element of `rest` to `path` and removes it there. 0 at the end. */
static int
step(char *path, char *rest)
{
	char *name = rest + strspn(rest, "/");
	size_t length = strcspn(name, "/"), have = strlen(path);

	if (length == 0)
		return 0;
	if (length == 2 && strncmp(name, "..", 2) == 0)
		drop_last(path);
	else if (length != 1 || *name != '.') {
		if (have + 1 + length >= PATH_MAX) {
			errno = ENAMETOOLONG;
			return -1;
		}
		if (path[have - 1] != '/')
			path[have++] = '/';
		memcpy(path + have, name, length);
		path[have + length] = '\0';
	}
	memmove(rest, name + length, strlen(name + length) + 1);
	return 1;
}

static int
resolve(const char *name, char *path)
{
	char rest[PATH_MAX];
	struct stat st;
	int links = 0, more;

	if (strlcpy(rest, name, sizeof(rest)) >= sizeof(rest)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	if (*name == '/')
		strcpy(path, "/");
	else if (getcwd(path, PATH_MAX) == NULL)
		return -1;
	while ((more = step(path, rest)) == 1) {
		if (lstat(path, &st) == -1)
			return -1;
		if (S_ISLNK(st.st_mode)) {
			if (++links > MAXSYMLINKS) {
				errno = ELOOP;
				return -1;
			}
			if (splice_link(path, rest, sizeof(rest)) == -1)
				return -1;
			drop_last(path);
			if (*rest == '/')
				strcpy(path, "/");
		} else if (*rest != '\0' && !S_ISDIR(st.st_mode)) {
			errno = ENOTDIR;
			return -1;
		}
	}
	return more;
}

char *
realpath(const char *restrict name, char *restrict result)
{
	char path[PATH_MAX];

	if (name == NULL) {
		errno = EINVAL;
		return NULL;
	}
	if (*name == '\0') {
		errno = ENOENT;
		return NULL;
	}
	if (resolve(name, path) == -1)
		return NULL;
	return result == NULL ? strdup(path) : strcpy(result, path);
}
