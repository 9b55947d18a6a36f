/*
 * Barriers, and spin locks.
 */
#include <errno.h>
#include <sched.h>

#include "thread.h"

int
pthread_barrier_init(pthread_barrier_t *restrict b, const pthread_barrierattr_t *restrict attr, unsigned int count)
{
	(void)attr;
	if (count == 0)
		return EINVAL;
	*b = (pthread_barrier_t){ .ptb_magic = _PT_BARRIER_MAGIC, .ptb_initcount = count };
	return 0;
}

int
pthread_barrier_destroy(pthread_barrier_t *b)
{
	if (b->ptb_magic != _PT_BARRIER_MAGIC)
		return EINVAL;
	if (b->ptb_curcount != 0)
		return EBUSY;
	b->ptb_magic = _PT_BARRIER_DEAD;
	return 0;
}

/* Those who wait sleep on the generation; the one who completes it is told so. */
int
pthread_barrier_wait(pthread_barrier_t *b)
{
	unsigned int generation;

	if (b->ptb_magic != _PT_BARRIER_MAGIC)
		return EINVAL;
	generation = __atomic_load_n(&b->ptb_generation, __ATOMIC_ACQUIRE);
	if (__atomic_add_fetch(&b->ptb_curcount, 1, __ATOMIC_ACQ_REL) == b->ptb_initcount) {
		__atomic_store_n(&b->ptb_curcount, 0, __ATOMIC_RELAXED);
		__atomic_fetch_add(&b->ptb_generation, 1, __ATOMIC_RELEASE);
		__thread_futex_wake(&b->ptb_generation, INT_MAX);
		return PTHREAD_BARRIER_SERIAL_THREAD;
	}
	while (__atomic_load_n(&b->ptb_generation, __ATOMIC_ACQUIRE) == generation)
		__thread_futex_wait(&b->ptb_generation, generation, CLOCK_MONOTONIC, NULL);
	return 0;
}

int
pthread_barrierattr_init(pthread_barrierattr_t *attr)
{
	attr->ptba_magic = _PT_BARRIERATTR_MAGIC;
	attr->ptba_private = NULL;
	return 0;
}

int
pthread_barrierattr_destroy(pthread_barrierattr_t *attr)
{
	attr->ptba_magic = _PT_BARRIERATTR_DEAD;
	return 0;
}

int
pthread_spin_init(pthread_spinlock_t *s, int shared)
{
	if (shared != PTHREAD_PROCESS_PRIVATE && shared != PTHREAD_PROCESS_SHARED)
		return EINVAL;
	*s = (pthread_spinlock_t)PTHREAD_SPINLOCK_INITIALIZER;
	s->pts_flags = shared == PTHREAD_PROCESS_SHARED ? _PT_SPINLOCK_PSHARED : 0;
	return 0;
}

int
pthread_spin_destroy(pthread_spinlock_t *s)
{
	if (s->pts_magic != _PT_SPINLOCK_MAGIC)
		return EINVAL;
	if (s->pts_spin != __SIMPLELOCK_UNLOCKED)
		return EBUSY;
	s->pts_magic = _PT_SPINLOCK_DEAD;
	return 0;
}

int
pthread_spin_trylock(pthread_spinlock_t *s)
{
	if (s->pts_magic != _PT_SPINLOCK_MAGIC)
		return EINVAL;
	return __atomic_exchange_n(&s->pts_spin, __SIMPLELOCK_LOCKED, __ATOMIC_ACQUIRE) == __SIMPLELOCK_UNLOCKED ?
	    0 : EBUSY;
}

/* On one CPU the holder makes no progress while others spin. */
int
pthread_spin_lock(pthread_spinlock_t *s)
{
	int error;

	while ((error = pthread_spin_trylock(s)) == EBUSY)
		sched_yield();
	return error;
}

int
pthread_spin_unlock(pthread_spinlock_t *s)
{
	if (s->pts_magic != _PT_SPINLOCK_MAGIC)
		return EINVAL;
	__atomic_store_n(&s->pts_spin, __SIMPLELOCK_UNLOCKED, __ATOMIC_RELEASE);
	return 0;
}
