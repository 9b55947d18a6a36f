/* realloc(3) for arrays: the product is checked. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

void *
reallocarray(void *old, size_t count, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(count, size, &total)) {
		errno = ENOMEM;
		return NULL;
	}
	return realloc(old, total);
}

/* Takes the address of a pointer of any type; returns an errno and leaves errno alone. */
int
reallocarr(void *where, size_t count, size_t size)
{
	int saved = errno, error = 0;
	void *old, *new;

	memcpy(&old, where, sizeof(old));
	if (count == 0 || size == 0) {
		free(old);
		new = NULL;
	} else {
		new = reallocarray(old, count, size);
		if (new == NULL)
			error = errno;
	}
	if (error == 0)
		memcpy(where, &new, sizeof(new));
	errno = saved;
	return error;
}
