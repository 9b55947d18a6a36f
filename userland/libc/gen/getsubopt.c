/* getsubopt(3): the parts of an argument like rw,size=4k. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char *suboptarg;

int
getsubopt(char **options, char *const *tokens, char **value)
{
	char *name = *options, *end = strchr(name, ','), *equals;
	int i;

	*value = NULL;
	if (end != NULL)
		*end++ = '\0';
	else
		end = name + strlen(name);
	*options = end;
	suboptarg = name;
	equals = strchr(name, '=');
	if (equals != NULL)
		*equals = '\0';
	for (i = 0; tokens[i] != NULL; i++) {
		if (strcmp(name, tokens[i]) == 0) {
			*value = equals == NULL ? NULL : equals + 1;
			return i;
		}
	}
	/* Unknown: the caller gets it whole. */
	if (equals != NULL)
		*equals = '=';
	*value = name;
	return -1;
}
