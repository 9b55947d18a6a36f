#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "textdb.h"

int
__textdb_line(FILE *f, char *line, size_t size)
{
	size_t length;

	while (fgets(line, size > INT_MAX ? INT_MAX : (int)size, f) != NULL) {
		length = strlen(line);
		if (length > 0 && line[length - 1] == '\n')
			line[length - 1] = '\0';
		else if (!feof(f))
			return ERANGE;
		if (*line != '#' && *line != '\0')
			return 0;
	}
	return ferror(f) ? EIO : ENOENT;
}

size_t
__textdb_split(char *line, char **fields, size_t room)
{
	size_t count = 0;
	char *field;

	while ((field = strsep(&line, ":")) != NULL) {
		if (count < room)
			fields[count] = field;
		count++;
	}
	return count;
}

int
__textdb_number(const char *text, unsigned int *value)
{
	unsigned long n;
	char *end;

	if (*text < '0' || *text > '9')
		return -1;
	n = strtoul(text, &end, 10);
	if (*end != '\0' || n > UINT_MAX)
		return -1;
	*value = n;
	return 0;
}
