/*
 * Temporary names: the Xs of a template become letters and digits until the name is free.
 */
#include <sys/stat.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ATTEMPTS 1000

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

enum kind { FILE_OPEN, DIRECTORY, NAME_ONLY };

/* True when the name was free and, unless only the name was wanted, is taken now. */
static bool
claim(const char *path, enum kind kind, int flags, int *fd)
{
	struct stat st;

	switch (kind) {
	case FILE_OPEN:
		*fd = open(path, flags | O_CREAT | O_EXCL | O_RDWR, S_IRUSR | S_IWUSR);
		return *fd != -1;
	case DIRECTORY:
		return mkdir(path, S_IRWXU) == 0;
	default:
		if (lstat(path, &st) == 0) {
			errno = EEXIST;
			return false;
		}
		return errno == ENOENT;
	}
}

static bool
make(char *template, size_t suffix, enum kind kind, int flags, int *fd)
{
	size_t length = strlen(template), count = 0, i;
	char *end;
	int attempt;

	if (length < suffix) {
		errno = EINVAL;
		return false;
	}
	end = template + length - suffix;
	while (count < length - suffix && end[-1 - (ptrdiff_t)count] == 'X')
		count++;
	if (count == 0) {
		errno = EINVAL;
		return false;
	}
	for (attempt = 0; attempt < ATTEMPTS; attempt++) {
		for (i = 1; i <= count; i++)
			end[-(ptrdiff_t)i] = letters[arc4random_uniform(sizeof(letters) - 1)];
		if (claim(template, kind, flags, fd))
			return true;
		if (errno != EEXIST)
			return false;
	}
	return false;
}

int
mkostemps(char *template, int suffix, int flags)
{
	int fd;

	return make(template, suffix, FILE_OPEN, flags, &fd) ? fd : -1;
}

int
mkstemps(char *template, int suffix)
{
	return mkostemps(template, suffix, 0);
}

int
mkostemp(char *template, int flags)
{
	return mkostemps(template, 0, flags);
}

int
mkstemp(char *template)
{
	return mkostemps(template, 0, 0);
}

char *
mkdtemp(char *template)
{
	return make(template, 0, DIRECTORY, 0, NULL) ? template : NULL;
}

char *
mktemp(char *template)
{
	return make(template, 0, NAME_ONLY, 0, NULL) ? template : NULL;
}
