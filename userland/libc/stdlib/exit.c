#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include "../include/libc_private.h"

/* Weak: a program that registers no handler does not link the machinery. */
void __cxa_finalize(void *) __attribute__((__weak__));

void
exit(int status)
{
	if (__cxa_finalize != NULL)
		__cxa_finalize(NULL);
	__libc_fini_array();
	if (__stdio_cleanup != NULL)
		__stdio_cleanup();
	_exit(status);
}
