/* basename(3) and dirname(3). The argument is left as it is; the result is overwritten by the next call. */
#include <sys/param.h>
#include <libgen.h>
#include <string.h>

static size_t
without_trailing_slashes(const char *path, size_t length)
{
	while (length > 1 && path[length - 1] == '/')
		length--;
	return length;
}

static char *
copy(char *result, const char *from, size_t length)
{
	if (length >= MAXPATHLEN)
		length = MAXPATHLEN - 1;
	memcpy(result, from, length);
	result[length] = '\0';
	return result;
}

char *
basename(char *path)
{
	static char result[MAXPATHLEN];
	size_t end, start;

	if (path == NULL || *path == '\0')
		return copy(result, ".", 1);
	start = end = without_trailing_slashes(path, strlen(path));
	while (start > 0 && path[start - 1] != '/')
		start--;
	if (start == end)
		return copy(result, "/", 1);
	return copy(result, path + start, end - start);
}

char *
dirname(char *path)
{
	static char result[MAXPATHLEN];
	size_t end;

	if (path == NULL || *path == '\0')
		return copy(result, ".", 1);
	end = without_trailing_slashes(path, strlen(path));
	while (end > 0 && path[end - 1] != '/')
		end--;
	if (end == 0)
		return copy(result, ".", 1);
	return copy(result, path, without_trailing_slashes(path, end));
}
