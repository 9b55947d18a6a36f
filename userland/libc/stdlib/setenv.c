#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "environ.h"

/*
 * The array given at exec lies on the stack and cannot grow, so the first
 * change moves the pointers to an array of ours.  A program may also assign
 * `environ` itself; then `vector` no longer equals it and is rebuilt.
 *
 * owned[] remembers which strings came from setenv(), in no order, so that
 * replacing a variable a million times does not use a million strings.
 */
static char **vector;
static size_t vector_slots;
static char **owned;
static size_t owned_count, owned_slots;

static int
own(char *string)
{
	if (owned_count == owned_slots) {
		size_t slots = owned_slots * 2 + 16;
		char **grown = realloc(owned, slots * sizeof(*owned));

		if (grown == NULL)
			return -1;
		owned = grown;
		owned_slots = slots;
	}
	owned[owned_count++] = string;
	return 0;
}

static void
release(char *string)
{
	for (size_t i = 0; i < owned_count; i++)
		if (owned[i] == string) {
			owned[i] = owned[--owned_count];
			free(string);
			return;
		}
}

/* Room in our own array for one more variable than there are. */
static int
make_room(size_t used)
{
	size_t slots = used + 2;
	char **grown;

	if (environ == vector && slots <= vector_slots)
		return 0;
	slots += slots / 2 + 16;
	grown = realloc(vector, slots * sizeof(*grown));
	if (grown == NULL)
		return -1;
	if (environ != vector && environ != NULL)
		memcpy(grown, environ, used * sizeof(*grown));
	grown[used] = NULL;
	environ = vector = grown;
	vector_slots = slots;
	return 0;
}

int
__env_put(char *assignment, size_t name_len, int is_owned)
{
	char **slot = __env_find(assignment, name_len);

	if (is_owned && own(assignment) != 0)
		return -1;
	if (slot == NULL) {
		size_t used = 0;

		while (environ != NULL && environ[used] != NULL)
			used++;
		if (make_room(used) != 0) {
			if (is_owned)
				owned_count--;
			return -1;
		}
		environ[used] = assignment;
		environ[used + 1] = NULL;
		return 0;
	}
	if (*slot != assignment)
		release(*slot);
	*slot = assignment;
	return 0;
}

int
setenv(const char *name, const char *value, int overwrite)
{
	size_t name_len, value_len;
	char *assignment;

	if (name == NULL || *name == '\0' || strchr(name, '=') != NULL) {
		errno = EINVAL;
		return -1;
	}
	name_len = strlen(name);
	if (!overwrite && __env_find(name, name_len) != NULL)
		return 0;
	value_len = strlen(value);
	assignment = malloc(name_len + value_len + 2);
	if (assignment == NULL)
		return -1;
	memcpy(assignment, name, name_len);
	assignment[name_len] = '=';
	memcpy(assignment + name_len + 1, value, value_len + 1);
	if (__env_put(assignment, name_len, 1) != 0) {
		free(assignment);
		return -1;
	}
	return 0;
}

int
unsetenv(const char *name)
{
	size_t name_len;
	char **slot;

	if (name == NULL || *name == '\0' || strchr(name, '=') != NULL) {
		errno = EINVAL;
		return -1;
	}
	name_len = strlen(name);
	while ((slot = __env_find(name, name_len)) != NULL) {
		release(*slot);
		do
			slot[0] = slot[1];
		while (*slot++ != NULL);
	}
	return 0;
}
