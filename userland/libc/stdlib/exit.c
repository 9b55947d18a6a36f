#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include "../include/libc_lock.h"
#include "../include/libc_private.h"

/* Weak: a program that registers no handler does not link the machinery. */
void __cxa_finalize(void *) __attribute__((__weak__));

/* One thread leaves, and the process with it: others that call wait for that. A handler may call anew. */
LIBC_LOCK leaving;
static void *leaver;

void
exit(int status)
{
	if (leaver != __builtin_thread_pointer())
		libc_lock(&leaving);
	leaver = __builtin_thread_pointer();
	if (__cxa_finalize != NULL)
		__cxa_finalize(NULL);
	__libc_fini_array();
	if (__stdio_cleanup != NULL)
		__stdio_cleanup();
	_exit(status);
}
