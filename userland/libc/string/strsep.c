#include <string.h>

char *
strsep(char **state, const char *separators)
{
	char *token = *state, *end;

	if (token == NULL)
		return NULL;
	end = token + strcspn(token, separators);
	if (*end == '\0')
		*state = NULL;
	else {
		*end = '\0';
		*state = end + 1;
	}
	return token;
}

/* strsep() where `escape` makes the next character an ordinary one. */
char *
stresep(char **state, const char *separators, int escape)
{
	char *token = *state, *from, *to;

	if (token == NULL)
		return NULL;
	for (from = to = token; *from != '\0'; from++) {
		if (escape != '\0' && *from == (char)escape && from[1] != '\0') {
			*to++ = *++from;
			continue;
		}
		if (strchr(separators, *from) != NULL) {
			*to = '\0';
			*state = from + 1;
			return token;
		}
		*to++ = *from;
	}
	*to = '\0';
	*state = NULL;
	return token;
}
