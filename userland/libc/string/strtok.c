#include <string.h>

char *
strtok_r(char *s, const char *separators, char **state)
{
	char *token;

	if (s == NULL)
		s = *state;
	if (s == NULL)
		return NULL;
	token = s + strspn(s, separators);
	if (*token == '\0') {
		*state = NULL;
		return NULL;
	}
	s = token + strcspn(token, separators);
	if (*s == '\0')
		*state = NULL;
	else {
		*s = '\0';
		*state = s + 1;
	}
	return token;
}

char *
strtok(char *restrict s, const char *restrict separators)
{
	static char *state;

	return strtok_r(s, separators, &state);
}
