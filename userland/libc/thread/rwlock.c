/*
 * Read-write locks. Writers that wait keep new readers out.
 *
 * ptr_interlock guards the fields; the low half of ptr_private counts the moments at which waiters should look
 * again, and is what they sleep on. The queues of <pthread_types.h> hold numbers of waiters only.
 */
#include <errno.h>
#include <stdint.h>

#include "thread.h"

struct state {
	int *interlock;
	int *moment;
	uintptr_t *readers_waiting, *writers_waiting;
};

static struct state
state_of(pthread_rwlock_t *rw)
{
	return (struct state){
		.interlock = (int *)(uintptr_t)&rw->ptr_interlock,
		.moment = (int *)(void *)&rw->ptr_private,
		.readers_waiting = (uintptr_t *)(void *)&rw->ptr_rblocked,
		.writers_waiting = (uintptr_t *)(void *)&rw->ptr_wblocked,
	};
}

static void
enter(const struct state *s)
{
	int free = 0;

	if (!__atomic_compare_exchange_n(s->interlock, &free, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		__thread_lock_until(s->interlock, CLOCK_MONOTONIC, NULL);
}

static void
leave(const struct state *s)
{
	if (__atomic_exchange_n(s->interlock, 0, __ATOMIC_RELEASE) == 2)
		__thread_futex_wake(s->interlock, 1);
}

int
pthread_rwlock_init(pthread_rwlock_t *restrict rw, const pthread_rwlockattr_t *restrict attr)
{
	(void)attr;
	*rw = (pthread_rwlock_t)PTHREAD_RWLOCK_INITIALIZER;
	return 0;
}

int
pthread_rwlock_destroy(pthread_rwlock_t *rw)
{
	if (rw->ptr_magic != _PT_RWLOCK_MAGIC)
		return EINVAL;
	if (rw->ptr_owner != NULL || rw->ptr_nreaders != 0)
		return EBUSY;
	rw->ptr_magic = _PT_RWLOCK_DEAD;
	return 0;
}

static bool
take(pthread_rwlock_t *rw, const struct state *s, bool write)
{
	if (rw->ptr_owner != NULL)
		return false;
	if (write) {
		if (rw->ptr_nreaders != 0)
			return false;
		rw->ptr_owner = pthread_self();
		return true;
	}
	if (*s->writers_waiting != 0)
		return false;
	rw->ptr_nreaders++;
	return true;
}

static int
lock_until(pthread_rwlock_t *rw, bool write, const struct timespec *until)
{
	struct state s = state_of(rw);
	uintptr_t *waiting = write ? s.writers_waiting : s.readers_waiting;
	int moment, error = 0;

	if (rw->ptr_magic != _PT_RWLOCK_MAGIC)
		return EINVAL;
	enter(&s);
	while (!take(rw, &s, write)) {
		if (rw->ptr_owner == pthread_self())
			error = EDEADLK;
		else if (until != NULL && (until->tv_nsec < 0 || until->tv_nsec >= 1000000000))
			error = EINVAL;
		if (error != 0)
			break;
		moment = *s.moment;
		++*waiting;
		leave(&s);
		error = __thread_futex_wait(s.moment, moment, CLOCK_REALTIME, until);
		enter(&s);
		--*waiting;
		if (error == ETIMEDOUT) {
			/* Readers may have waited for this writer only. */
			++*s.moment;
			__thread_futex_wake(s.moment, INT_MAX);
			break;
		}
		error = 0;
	}
	leave(&s);
	return error;
}

int
pthread_rwlock_rdlock(pthread_rwlock_t *rw)
{
	return lock_until(rw, false, NULL);
}

int
pthread_rwlock_wrlock(pthread_rwlock_t *rw)
{
	return lock_until(rw, true, NULL);
}

int
pthread_rwlock_timedrdlock(pthread_rwlock_t *restrict rw, const struct timespec *restrict until)
{
	return lock_until(rw, false, until);
}

int
pthread_rwlock_timedwrlock(pthread_rwlock_t *restrict rw, const struct timespec *restrict until)
{
	return lock_until(rw, true, until);
}

static int
try(pthread_rwlock_t *rw, bool write)
{
	struct state s = state_of(rw);
	bool taken;

	if (rw->ptr_magic != _PT_RWLOCK_MAGIC)
		return EINVAL;
	enter(&s);
	taken = take(rw, &s, write);
	leave(&s);
	return taken ? 0 : EBUSY;
}

int
pthread_rwlock_tryrdlock(pthread_rwlock_t *rw)
{
	return try(rw, false);
}

int
pthread_rwlock_trywrlock(pthread_rwlock_t *rw)
{
	return try(rw, true);
}

int
pthread_rwlock_unlock(pthread_rwlock_t *rw)
{
	struct state s = state_of(rw);
	bool wake;
	int error = 0;

	if (rw->ptr_magic != _PT_RWLOCK_MAGIC)
		return EINVAL;
	enter(&s);
	if (rw->ptr_owner == pthread_self())
		rw->ptr_owner = NULL;
	else if (rw->ptr_owner == NULL && rw->ptr_nreaders != 0)
		rw->ptr_nreaders--;
	else
		error = EPERM;
	wake = error == 0 && rw->ptr_nreaders == 0 && (*s.readers_waiting != 0 || *s.writers_waiting != 0);
	if (wake)
		++*s.moment;
	leave(&s);
	if (wake)
		__thread_futex_wake(s.moment, INT_MAX);
	return error;
}

int
pthread_rwlock_held_np(pthread_rwlock_t *rw)
{
	return rw->ptr_owner != NULL || rw->ptr_nreaders != 0;
}

int
pthread_rwlock_wrheld_np(pthread_rwlock_t *rw)
{
	return rw->ptr_owner == pthread_self();
}

int
pthread_rwlock_rdheld_np(pthread_rwlock_t *rw)
{
	return rw->ptr_nreaders != 0;
}

int
pthread_rwlockattr_init(pthread_rwlockattr_t *attr)
{
	attr->ptra_magic = _PT_RWLOCKATTR_MAGIC;
	attr->ptra_private = NULL;
	return 0;
}

int
pthread_rwlockattr_destroy(pthread_rwlockattr_t *attr)
{
	attr->ptra_magic = _PT_RWLOCKATTR_DEAD;
	return 0;
}

LIBC_NAME(__libc_rwlock_init, pthread_rwlock_init);
LIBC_NAME(__libc_rwlock_destroy, pthread_rwlock_destroy);
LIBC_NAME(__libc_rwlock_rdlock, pthread_rwlock_rdlock);
LIBC_NAME(__libc_rwlock_wrlock, pthread_rwlock_wrlock);
LIBC_NAME(__libc_rwlock_tryrdlock, pthread_rwlock_tryrdlock);
LIBC_NAME(__libc_rwlock_trywrlock, pthread_rwlock_trywrlock);
LIBC_NAME(__libc_rwlock_unlock, pthread_rwlock_unlock);
