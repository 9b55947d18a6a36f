/*
 * Streams' locks. They nest. Programs lock with the first three functions whether or not there are other threads
 * yet, because there may be when they unlock.
 */
#include <machine/lwp_private.h>

#include "../thread/thread.h"
#include "local.h"

static bool
mine_already(struct stream_lock *lock)
{
	if (lock->owner != __lwp_getprivate_fast())
		return false;
	lock->depth++;
	return true;
}

static bool
try(struct stream_lock *lock)
{
	int free = 0;

	if (!__atomic_compare_exchange_n(&lock->word, &free, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		return false;
	lock->owner = __lwp_getprivate_fast();
	lock->depth = 1;
	return true;
}

void
flockfile(FILE *fp)
{
	struct stream_lock *lock = &stream_ext(fp)->lock;

	if (mine_already(lock) || try(lock))
		return;
	__libc_lock_sleep(&lock->word);
	lock->owner = __lwp_getprivate_fast();
	lock->depth = 1;
}

int
ftrylockfile(FILE *fp)
{
	struct stream_lock *lock = &stream_ext(fp)->lock;

	return mine_already(lock) || try(lock) ? 0 : -1;
}

void
funlockfile(FILE *fp)
{
	struct stream_lock *lock = &stream_ext(fp)->lock;

	if (lock->owner != __lwp_getprivate_fast() || --lock->depth > 0)
		return;
	lock->owner = NULL;
	if (__atomic_exchange_n(&lock->word, 0, __ATOMIC_RELEASE) == 2)
		__libc_lock_wake(&lock->word);
}

/* The caller's structure if it has one yet: whoever can be cancelled has. */
static void
allow_cancel(int change)
{
	struct tls_tcb *tcb = (struct tls_tcb *)__lwp_getprivate_fast() - 1;
	pthread_t self = tcb->tcb_pthread;

	if (self != NULL)
		self->no_cancel += change;
}

void
__stdio_lock(FILE *fp)
{
	allow_cancel(1);
	flockfile(fp);
}

bool
__stdio_trylock(FILE *fp)
{
	if (ftrylockfile(fp) != 0)
		return false;
	allow_cancel(1);
	return true;
}

void
__stdio_unlock(FILE *fp)
{
	funlockfile(fp);
	allow_cancel(-1);
}
