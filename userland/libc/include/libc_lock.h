/*
 * Locks for libc's own data. They cost a load and a branch until the process has a second LWP.
 *
 * The word is 0 when free, 1 when held, 2 when held and somebody may be asleep on it.
 */
#ifndef LIBC_LOCK_H
#define LIBC_LOCK_H

#include <stdbool.h>

typedef int libc_lock_t;

/* For a lock that fork does not take: in the child it is made free, wherever the one was who held it. */
#define LIBC_LOCK static libc_lock_t __attribute__((__section__("libc_locks")))

/* Set for good when the first additional LWP is about to be made. */
extern int __isthreaded;

void __libc_lock_sleep(libc_lock_t *);
void __libc_lock_wake(libc_lock_t *);

static inline void
libc_lock(libc_lock_t *lock)
{
	int free = 0;

	if (__isthreaded && !__atomic_compare_exchange_n(lock, &free, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		__libc_lock_sleep(lock);
}

static inline void
libc_unlock(libc_lock_t *lock)
{
	if (__isthreaded && __atomic_exchange_n(lock, 0, __ATOMIC_RELEASE) == 2)
		__libc_lock_wake(lock);
}

#endif
