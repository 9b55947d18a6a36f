/*
 * What fork(2) does about libc's own locks, and about the list of threads in the child.
 */
#include <unistd.h>

#include "libc_private.h"
#include "thread.h"

/* Weak: whoever is not linked has nothing to lock. */
void __malloc_before_fork(void) __attribute__((__weak__));
void __malloc_after_fork(void) __attribute__((__weak__));
void __stdio_before_fork(void) __attribute__((__weak__));
void __stdio_after_fork(bool) __attribute__((__weak__));

/* The locks declared by LIBC_LOCK; the linker names their bounds. */
#define BOUND __attribute__((__weak__, __visibility__("hidden")))
extern libc_lock_t __start_libc_locks[] BOUND, __stop_libc_locks[] BOUND;

void
__thread_before_fork(void)
{
	libc_lock(&__thread_list_lock);
	if (__stdio_before_fork != NULL)
		__stdio_before_fork();
	if (__malloc_before_fork != NULL)
		__malloc_before_fork();
}

/* In the child the caller is the only thread, and has another number. The others' stacks stay where they are. */
void
__thread_after_fork(bool in_child)
{
	pthread_t self = pthread_self();
	libc_lock_t *lock;

	if (__malloc_after_fork != NULL)
		__malloc_after_fork();
	if (__stdio_after_fork != NULL)
		__stdio_after_fork(in_child);
	if (in_child) {
		for (lock = __start_libc_locks; lock < __stop_libc_locks; lock++)
			*lock = 0;
		self->lid = _lwp_self();
		self->next = NULL;
		__thread_list = self;
	}
	libc_unlock(&__thread_list_lock);
}
