#include <sys/stat.h>

#include <unistd.h>

#include "local.h"

int
remove(const char *path)
{
	struct stat st;

	if (lstat(path, &st) == -1)
		return -1;
	return S_ISDIR(st.st_mode) ? rmdir(path) : unlink(path);
}
