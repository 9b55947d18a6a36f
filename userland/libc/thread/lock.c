/*
 * The slow halves of libc's own locks, and sleeping on a word of memory.
 */
#include <errno.h>
#include <limits.h>
#include <stddef.h>

#include "libc_lock.h"
#include "thread.h"

int __isthreaded;

/* An errno as value, so that callers' errno stays as it is. */
int
__thread_futex_wait(const void *word, int expected, clockid_t clock, const struct timespec *until)
{
	int op = FUTEX_WAIT_BITSET | (clock == CLOCK_REALTIME ? FUTEX_CLOCK_REALTIME : 0);
	int saved = errno, error = 0;

	if (__futex(word, op, expected, until, NULL, 0, FUTEX_BITSET_MATCH_ANY) == -1)
		error = errno;
	errno = saved;
	return error;
}

void
__thread_futex_wake(const void *word, int count)
{
	int saved = errno;

	__futex(word, FUTEX_WAKE, count, NULL, NULL, 0, 0);
	errno = saved;
}

int
__thread_lock_until(int *word, clockid_t clock, const struct timespec *until)
{
	int error;

	while (__atomic_exchange_n(word, 2, __ATOMIC_ACQUIRE) != 0) {
		error = __thread_futex_wait(word, 2, clock, until);
		if (error == ETIMEDOUT || error == EINVAL)
			return error;
	}
	return 0;
}

void
__libc_lock_sleep(libc_lock_t *lock)
{
	__thread_lock_until(lock, CLOCK_MONOTONIC, NULL);
}

void
__libc_lock_wake(libc_lock_t *lock)
{
	__thread_futex_wake(lock, 1);
}
