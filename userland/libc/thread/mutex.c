/*
 * Mutexes. The lock word is the low half of ptm_waiters, as libc_lock.h has it; the kind of mutex is in
 * ptm_errorcheck, and the owner is kept for those kinds, and for debuggers.
 */
#include <errno.h>
#include <stdint.h>

#include "thread.h"

static inline int *
word_of(pthread_mutex_t *m)
{
	return (int *)(uintptr_t)&m->ptm_waiters;
}

static inline bool
try(pthread_mutex_t *m)
{
	int free = 0;

	return __atomic_compare_exchange_n(word_of(m), &free, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

int
pthread_mutex_init(pthread_mutex_t *restrict m, const pthread_mutexattr_t *restrict attr)
{
	uintptr_t wanted = attr != NULL ? (uintptr_t)attr->ptma_private : PTHREAD_MUTEX_DEFAULT;

	*m = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
	m->ptm_errorcheck = wanted & 0xff;
	m->ptm_ceiling = wanted >> 16;
	return 0;
}

int
pthread_mutex_destroy(pthread_mutex_t *m)
{
	if (m->ptm_magic != _PT_MUTEX_MAGIC)
		return EINVAL;
	if (*word_of(m) != 0)
		return EBUSY;
	m->ptm_magic = _PT_MUTEX_DEAD;
	return 0;
}

/* What is to be said about a mutex that is one's own already. */
static int
again(pthread_mutex_t *m, int otherwise)
{
	if (m->ptm_errorcheck != PTHREAD_MUTEX_RECURSIVE)
		return otherwise;
	if (m->ptm_recursed == UINT_MAX)
		return EAGAIN;
	m->ptm_recursed++;
	return 0;
}

static int
lock_until(pthread_mutex_t *m, const struct timespec *until)
{
	pthread_t self = pthread_self();
	int error;

	if (!try(m)) {
		if (m->ptm_magic != _PT_MUTEX_MAGIC)
			return EINVAL;
		if (m->ptm_errorcheck != PTHREAD_MUTEX_NORMAL && m->ptm_owner == self)
			return again(m, EDEADLK);
		if (until != NULL && (until->tv_nsec < 0 || until->tv_nsec >= 1000000000))
			return EINVAL;
		error = __thread_lock_until(word_of(m), CLOCK_REALTIME, until);
		if (error != 0)
			return error;
	}
	m->ptm_owner = self;
	return 0;
}

int
pthread_mutex_lock(pthread_mutex_t *m)
{
	return lock_until(m, NULL);
}

int
pthread_mutex_timedlock(pthread_mutex_t *restrict m, const struct timespec *restrict until)
{
	return lock_until(m, until);
}

int
pthread_mutex_trylock(pthread_mutex_t *m)
{
	pthread_t self = pthread_self();

	if (!try(m))
		return m->ptm_owner == self ? again(m, EBUSY) : EBUSY;
	m->ptm_owner = self;
	return 0;
}

int
pthread_mutex_unlock(pthread_mutex_t *m)
{
	if (m->ptm_magic != _PT_MUTEX_MAGIC)
		return EINVAL;
	if (m->ptm_errorcheck != PTHREAD_MUTEX_NORMAL && m->ptm_owner != pthread_self())
		return EPERM;
	if (m->ptm_recursed != 0) {
		m->ptm_recursed--;
		return 0;
	}
	m->ptm_owner = NULL;
	if (__atomic_exchange_n(word_of(m), 0, __ATOMIC_RELEASE) == 2)
		__thread_futex_wake(word_of(m), 1);
	return 0;
}

int
pthread_mutex_held_np(pthread_mutex_t *m)
{
	return m->ptm_owner == pthread_self();
}

pthread_t
pthread_mutex_owner_np(pthread_mutex_t *m)
{
	return m->ptm_owner;
}

/* Every thread has the same priority, so that no ceiling is ever below one. */
int
pthread_mutex_getprioceiling(const pthread_mutex_t *restrict m, int *restrict ceiling)
{
	*ceiling = m->ptm_ceiling;
	return 0;
}

int
pthread_mutex_setprioceiling(pthread_mutex_t *restrict m, int ceiling, int *restrict old)
{
	int error = pthread_mutex_lock(m);

	if (error != 0)
		return error;
	if (old != NULL)
		*old = m->ptm_ceiling;
	m->ptm_ceiling = ceiling;
	return pthread_mutex_unlock(m);
}

/* -- attributes: kind, protocol, ceiling and whether shared, a byte each in ptma_private ---------------------- */

enum { KIND = 0, PROTOCOL = 8, CEILING = 16, SHARED = 24 };

static int
get(const pthread_mutexattr_t *attr, int shift, int *value)
{
	if (attr->ptma_magic != _PT_MUTEXATTR_MAGIC)
		return EINVAL;
	*value = (uintptr_t)attr->ptma_private >> shift & 0xff;
	return 0;
}

static int
set(pthread_mutexattr_t *attr, int shift, int value, bool valid)
{
	uintptr_t all = (uintptr_t)attr->ptma_private;

	if (attr->ptma_magic != _PT_MUTEXATTR_MAGIC || !valid)
		return EINVAL;
	attr->ptma_private = (void *)((all & ~((uintptr_t)0xff << shift)) | (uintptr_t)value << shift);
	return 0;
}

int
pthread_mutexattr_init(pthread_mutexattr_t *attr)
{
	attr->ptma_magic = _PT_MUTEXATTR_MAGIC;
	attr->ptma_private = NULL;
	return 0;
}

int
pthread_mutexattr_destroy(pthread_mutexattr_t *attr)
{
	attr->ptma_magic = _PT_MUTEXATTR_DEAD;
	return 0;
}

int
pthread_mutexattr_gettype(const pthread_mutexattr_t *restrict attr, int *restrict kind)
{
	return get(attr, KIND, kind);
}

int
pthread_mutexattr_settype(pthread_mutexattr_t *attr, int kind)
{
	return set(attr, KIND, kind, kind >= PTHREAD_MUTEX_NORMAL && kind <= PTHREAD_MUTEX_RECURSIVE);
}

int
pthread_mutexattr_getprotocol(const pthread_mutexattr_t *restrict attr, int *restrict protocol)
{
	return get(attr, PROTOCOL, protocol);
}

int
pthread_mutexattr_setprotocol(pthread_mutexattr_t *attr, int protocol)
{
	if (protocol == PTHREAD_PRIO_INHERIT)
		return ENOTSUP;
	return set(attr, PROTOCOL, protocol, protocol == PTHREAD_PRIO_NONE || protocol == PTHREAD_PRIO_PROTECT);
}

int
pthread_mutexattr_getprioceiling(const pthread_mutexattr_t *restrict attr, int *restrict ceiling)
{
	return get(attr, CEILING, ceiling);
}

int
pthread_mutexattr_setprioceiling(pthread_mutexattr_t *attr, int ceiling)
{
	return set(attr, CEILING, ceiling, ceiling >= 0 && ceiling <= 0xff);
}

int pthread_mutexattr_getpshared(const pthread_mutexattr_t *restrict, int *restrict);
int pthread_mutexattr_setpshared(pthread_mutexattr_t *, int);

int
pthread_mutexattr_getpshared(const pthread_mutexattr_t *restrict attr, int *restrict shared)
{
	return get(attr, SHARED, shared);
}

int
pthread_mutexattr_setpshared(pthread_mutexattr_t *attr, int shared)
{
	return set(attr, SHARED, shared, shared == PTHREAD_PROCESS_PRIVATE || shared == PTHREAD_PROCESS_SHARED);
}

LIBC_NAME(__libc_mutex_init, pthread_mutex_init);
LIBC_NAME(__libc_mutex_destroy, pthread_mutex_destroy);
LIBC_NAME(__libc_mutex_lock, pthread_mutex_lock);
LIBC_NAME(__libc_mutex_trylock, pthread_mutex_trylock);
LIBC_NAME(__libc_mutex_unlock, pthread_mutex_unlock);
LIBC_NAME(__libc_mutexattr_init, pthread_mutexattr_init);
LIBC_NAME(__libc_mutexattr_settype, pthread_mutexattr_settype);
LIBC_NAME(__libc_mutexattr_destroy, pthread_mutexattr_destroy);
