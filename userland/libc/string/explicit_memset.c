#include <string.h>

/* Through a volatile pointer, so that a dead store cannot be proved dead. */
static void *(*const volatile clear)(void *, int, size_t) = memset;

void *
explicit_memset(void *dst, int c, size_t len)
{
	return clear(dst, c, len);
}

void *
memset_explicit(void *dst, int c, size_t len)
{
	return clear(dst, c, len);
}
