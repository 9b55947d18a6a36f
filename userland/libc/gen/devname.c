/*
 * From a device's number to its name: devname(3), ttyname(3). Nothing is kept, /dev is small.
 */
#include <sys/param.h>
#include <sys/stat.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <paths.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Looks for the device in one directory under /dev; `prefix` is its name from there. */
static int
search(const char *directory, const char *prefix, dev_t dev, mode_t type, char *name, size_t size)
{
	struct dirent *entry;
	struct stat st;
	int error = ENOENT;
	DIR *d;

	d = opendir(directory);
	if (d == NULL)
		return errno;
	while (error == ENOENT && (entry = readdir(d)) != NULL) {
		if (entry->d_type != DT_UNKNOWN && DTTOIF(entry->d_type) != (int)type)
			continue;
		if (fstatat(dirfd(d), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == -1 ||
		    st.st_rdev != dev || (st.st_mode & S_IFMT) != type)
			continue;
		error = 0;
		if (strlcpy(name, prefix, size) >= size || strlcat(name, entry->d_name, size) >= size)
			error = ERANGE;
	}
	closedir(d);
	return error;
}

int
devname_r(dev_t dev, mode_t type, char *name, size_t size)
{
	int error = search(_PATH_DEV_PTS, "pts/", dev, type, name, size);

	return error == ENOENT ? search(_PATH_DEV, "", dev, type, name, size) : error;
}

char *
devname(dev_t dev, mode_t type)
{
	static char name[MAXPATHLEN];

	return devname_r(dev, type, name, sizeof(name)) == 0 ? name : NULL;
}

int
ttyname_r(int fd, char *name, size_t size)
{
	struct stat st;
	size_t prefix = strlen(_PATH_DEV);

	if (!isatty(fd))
		return ENOTTY;
	if (fstat(fd, &st) == -1)
		return errno;
	if (!S_ISCHR(st.st_mode))
		return ENOTTY;
	if (size <= prefix)
		return ERANGE;
	strcpy(name, _PATH_DEV);
	return devname_r(st.st_rdev, S_IFCHR, name + prefix, size - prefix);
}

char *
ttyname(int fd)
{
	static char name[MAXPATHLEN];
	int error = ttyname_r(fd, name, sizeof(name));

	if (error != 0) {
		errno = error;
		return NULL;
	}
	return name;
}

char *
ctermid(char *buffer)
{
	static char own[] = _PATH_TTY;

	return buffer == NULL ? own : strcpy(buffer, _PATH_TTY);
}
