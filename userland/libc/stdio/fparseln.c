#include <stdlib.h>
#include <string.h>

#include "local.h"

/*
 * A logical line: continued lines joined, comments cut off, escapes removed.
 * delimiters are the escape, continuation and comment characters; 0 means none.
 */

/* Does an odd number of escapes stand right before position `at`? */
static bool
is_escaped(const char *line, size_t at, char escape)
{
	size_t n = 0;

	while (escape != '\0' && n < at && line[at - 1 - n] == escape)
		n++;
	return n % 2 != 0;
}

static size_t
cut_comment(char *line, size_t len, const char *delimiters)
{
	for (size_t i = 0; delimiters[2] != '\0' && i < len; i++)
		if (line[i] == delimiters[2] && !is_escaped(line, i, delimiters[0])) {
			line[i] = '\0';
			return i;
		}
	return len;
}

static size_t
remove_escapes(char *line, size_t len, const char *delimiters, int flags)
{
	char escape = delimiters[0], *to = line;

	if (escape == '\0' || flags == 0)
		return len;
	for (size_t i = 0; i < len; i++) {
		if (line[i] == escape && i + 1 < len) {
			char next = line[i + 1];
			int rule = next == escape ? FPARSELN_UNESCESC :
			    next == delimiters[1] ? FPARSELN_UNESCCONT :
			    next == delimiters[2] ? FPARSELN_UNESCCOMM : FPARSELN_UNESCREST;

			if (!(flags & rule))
				*to++ = escape;
			*to++ = next;
			i++;
		} else
			*to++ = line[i];
	}
	*to = '\0';
	return (size_t)(to - line);
}

char *
fparseln(FILE *fp, size_t *size, size_t *line_number, const char delimiters[3], int flags)
{
	LOCKED(fp);
	static const char usual[3] = { '\\', '\\', '#' };
	char *whole = NULL;
	size_t total = 0;
	bool more = true;

	if (delimiters == NULL)
		delimiters = usual;
	while (more) {
		size_t len;
		char *line = fgetln(fp, &len), *grown;

		if (line == NULL)
			break;
		if (line_number != NULL)
			++*line_number;
		grown = realloc(whole, total + len + 1);
		if (grown == NULL) {
			free(whole);
			return NULL;
		}
		whole = grown;
		if (len > 0 && line[len - 1] == '\n')
			len--;
		memcpy(whole + total, line, len);
		whole[total + len] = '\0';
		/* A comment line inside a continuation vanishes and does not end it. */
		if (total > 0 && len > 0 && delimiters[2] != '\0' && line[0] == delimiters[2]) {
			whole[total] = '\0';
			continue;
		}
		len = cut_comment(whole + total, len, delimiters);
		more = len > 0 && delimiters[1] != '\0' && whole[total + len - 1] == delimiters[1] &&
		    !is_escaped(whole + total, len - 1, delimiters[0]);
		total += more ? len - 1 : len;
		whole[total] = '\0';
	}
	if (whole != NULL)
		total = remove_escapes(whole, total, delimiters, flags);
	if (size != NULL)
		*size = total;
	return whole;
}
