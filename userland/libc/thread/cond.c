/*
 * Condition variables. Waiters sleep on a count of wake-ups, in ptc_lock: one that came between a waiter's
 * unlocking and its sleep is noticed because the count is another. ptc_waiters counts those who wait, so that
 * signalling nobody costs no system call. ptc_private is the clock.
 */
#include <errno.h>
#include <stdint.h>

#include "thread.h"

static inline int *
count_of(pthread_cond_t *c)
{
	return (int *)(uintptr_t)&c->ptc_lock;
}

static inline uintptr_t *
waiters_of(pthread_cond_t *c)
{
	return (uintptr_t *)(uintptr_t)&c->ptc_waiters;
}

int
pthread_cond_init(pthread_cond_t *restrict c, const pthread_condattr_t *restrict attr)
{
	*c = (pthread_cond_t)PTHREAD_COND_INITIALIZER;
	if (attr != NULL)
		c->ptc_private = attr->ptca_private;
	return 0;
}

int
pthread_cond_destroy(pthread_cond_t *c)
{
	if (c->ptc_magic != _PT_COND_MAGIC)
		return EINVAL;
	if (*waiters_of(c) != 0)
		return EBUSY;
	c->ptc_magic = _PT_COND_DEAD;
	return 0;
}

int
pthread_cond_timedwait(pthread_cond_t *restrict c, pthread_mutex_t *restrict m,
    const struct timespec *restrict until)
{
	pthread_t self = pthread_self();
	int count, error, relock;

	if (c->ptc_magic != _PT_COND_MAGIC)
		return EINVAL;
	if (until != NULL && (until->tv_sec < 0 || until->tv_nsec < 0 || until->tv_nsec >= 1000000000))
		return EINVAL;
	thread_testcancel(self);
	count = __atomic_load_n(count_of(c), __ATOMIC_ACQUIRE);
	__atomic_fetch_add(waiters_of(c), 1, __ATOMIC_RELAXED);
	error = pthread_mutex_unlock(m);
	if (error != 0) {
		__atomic_fetch_sub(waiters_of(c), 1, __ATOMIC_RELAXED);
		return error;
	}
	error = __thread_futex_wait(count_of(c), count, (clockid_t)(intptr_t)c->ptc_private, until);
	__atomic_fetch_sub(waiters_of(c), 1, __ATOMIC_RELAXED);
	relock = pthread_mutex_lock(m);
	if (error == EINTR)
		thread_testcancel(self);
	return relock != 0 ? relock : error == ETIMEDOUT ? ETIMEDOUT : 0;
}

int
pthread_cond_wait(pthread_cond_t *restrict c, pthread_mutex_t *restrict m)
{
	return pthread_cond_timedwait(c, m, NULL);
}

static int
wake(pthread_cond_t *c, int how_many)
{
	if (c->ptc_magic != _PT_COND_MAGIC)
		return EINVAL;
	if (__atomic_load_n(waiters_of(c), __ATOMIC_RELAXED) != 0) {
		__atomic_fetch_add(count_of(c), 1, __ATOMIC_RELEASE);
		__thread_futex_wake(count_of(c), how_many);
	}
	return 0;
}

int
pthread_cond_signal(pthread_cond_t *c)
{
	return wake(c, 1);
}

int
pthread_cond_broadcast(pthread_cond_t *c)
{
	return wake(c, INT_MAX);
}

int
pthread_cond_has_waiters_np(pthread_cond_t *c)
{
	return *waiters_of(c) != 0;
}

int
pthread_condattr_init(pthread_condattr_t *attr)
{
	attr->ptca_magic = _PT_CONDATTR_MAGIC;
	attr->ptca_private = (void *)(intptr_t)CLOCK_REALTIME;
	return 0;
}

int
pthread_condattr_destroy(pthread_condattr_t *attr)
{
	attr->ptca_magic = _PT_CONDATTR_DEAD;
	return 0;
}

int
pthread_condattr_setclock(pthread_condattr_t *attr, clockid_t clock)
{
	if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC)
		return EINVAL;
	attr->ptca_private = (void *)(intptr_t)clock;
	return 0;
}

int
pthread_condattr_getclock(const pthread_condattr_t *restrict attr, clockid_t *restrict clock)
{
	*clock = (clockid_t)(intptr_t)attr->ptca_private;
	return 0;
}

LIBC_NAME(__libc_cond_init, pthread_cond_init);
LIBC_NAME(__libc_cond_destroy, pthread_cond_destroy);
LIBC_NAME(__libc_cond_wait, pthread_cond_wait);
LIBC_NAME(__libc_cond_timedwait, pthread_cond_timedwait);
LIBC_NAME(__libc_cond_signal, pthread_cond_signal);
LIBC_NAME(__libc_cond_broadcast, pthread_cond_broadcast);
