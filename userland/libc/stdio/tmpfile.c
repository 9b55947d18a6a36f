#include <errno.h>
#include <fcntl.h>
#include <paths.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "local.h"

FILE *
tmpfile(void)
{
	char path[] = _PATH_TMP "tmp.XXXXXX";
	int fd = mkstemp(path), saved;
	FILE *fp;

	if (fd == -1)
		return NULL;
	unlink(path);
	fp = fdopen(fd, "w+");
	if (fp == NULL) {
		saved = errno;
		close(fd);
		errno = saved;
	}
	return fp;
}

/* Fill in the X's with letters that make a name no file has now. */
static char *
unused_name(char *path)
{
	static unsigned calls;
	char *x = path + strlen(path) - 6;

	for (int attempt = 0; attempt < 10000; attempt++) {
		unsigned long v = (unsigned long)getpid() * 1000003 + calls++;

		for (int i = 0; i < 6; i++, v /= 26)
			x[i] = (char)('a' + v % 26);
		if (access(path, F_OK) == -1)
			return path;
	}
	errno = EEXIST;
	return NULL;
}

char *
tmpnam(char *buf)
{
	static char own[L_tmpnam];

	if (buf == NULL)
		buf = own;
	strlcpy(buf, P_tmpdir "tmp.XXXXXX", L_tmpnam);
	return unused_name(buf);
}

char *
tempnam(const char *dir, const char *prefix)
{
	const char *from_env = getenv("TMPDIR");
	char *path;

	if (from_env != NULL && *from_env != '\0')
		dir = from_env;
	else if (dir == NULL || *dir == '\0')
		dir = P_tmpdir;
	if (asprintf(&path, "%s%s%sXXXXXX", dir, dir[strlen(dir) - 1] == '/' ? "" : "/",
	    prefix != NULL ? prefix : "tmp.") == -1)
		return NULL;
	if (unused_name(path) == NULL) {
		free(path);
		return NULL;
	}
	return path;
}
