/* Mutexes of all kinds, spin locks, read-write locks, barriers, once. */
#include <pthread.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

#define THREADS 6
#define ROUNDS 200

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_spinlock_t spin;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_barrier_t barrier;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static volatile long counter, spun, a, b;
static volatile int ran, serial, readers;

/* Not atomic on purpose, and slow: preemption inside shows. */
static void
increment(volatile long *n)
{
	long seen = *n;
	int i;

	for (i = 0; i < 20; i++)
		__asm volatile("");
	*n = seen + 1;
}

static void *
locks(void *argument)
{
	int i;

	(void)argument;
	for (i = 0; i < ROUNDS; i++) {
		CHECK_EQ(pthread_mutex_lock(&mutex), 0);
		increment(&counter);
		CHECK_EQ(pthread_mutex_unlock(&mutex), 0);
		CHECK_EQ(pthread_spin_lock(&spin), 0);
		increment(&spun);
		CHECK_EQ(pthread_spin_unlock(&spin), 0);
	}
	return NULL;
}

static void
run(void *(*function)(void *))
{
	pthread_t t[THREADS];
	long i;

	for (i = 0; i < THREADS; i++)
		CHECK_EQ(pthread_create(&t[i], NULL, function, (void *)i), 0);
	for (i = 0; i < THREADS; i++)
		CHECK_EQ(pthread_join(t[i], NULL), 0);
}

static void *
reads_and_writes(void *argument)
{
	int i;

	for (i = 0; i < ROUNDS / 2; i++) {
		if ((i + (long)argument) % 4 == 0) {
			CHECK_EQ(pthread_rwlock_wrlock(&rwlock), 0);
			CHECK_EQ(readers, 0);
			increment(&a);
			increment(&b);
		} else {
			CHECK_EQ(pthread_rwlock_rdlock(&rwlock), 0);
			__atomic_fetch_add(&readers, 1, __ATOMIC_SEQ_CST);
			CHECK_EQ(a, b);
			__atomic_fetch_sub(&readers, 1, __ATOMIC_SEQ_CST);
		}
		CHECK_EQ(pthread_rwlock_unlock(&rwlock), 0);
	}
	return NULL;
}

static void
initialize(void)
{
	int i;

	for (i = 0; i < 5; i++)
		sched_yield();
	ran++;
}

static void *
meets(void *argument)
{
	int i, r;

	(void)argument;
	for (i = 1; i <= 20; i++) {
		CHECK_EQ(pthread_once(&once, initialize), 0);
		CHECK_EQ(ran, 1);
		r = pthread_barrier_wait(&barrier);
		CHECK(r == 0 || r == PTHREAD_BARRIER_SERIAL_THREAD);
		if (r != 0)
			__atomic_fetch_add(&serial, 1, __ATOMIC_SEQ_CST);
		CHECK(serial >= i - 1 && serial <= i);
		CHECK(pthread_barrier_wait(&barrier) != EINVAL);
		CHECK_EQ(serial, i);
		CHECK(pthread_barrier_wait(&barrier) != EINVAL);
	}
	return NULL;
}

static void *
tries(void *argument)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	t.tv_sec++;
	CHECK_EQ(pthread_mutex_trylock(argument), EBUSY);
	CHECK_EQ(pthread_mutex_timedlock(argument, &t), ETIMEDOUT);
	return (void *)(long)pthread_mutex_unlock(argument);
}

/* What another thread gets from unlocking. */
static int
from_another(pthread_mutex_t *m)
{
	pthread_t t;
	void *result;

	CHECK_EQ(pthread_create(&t, NULL, tries, m), 0);
	CHECK_EQ(pthread_join(t, &result), 0);
	return (int)(long)result;
}

static void
test_kinds(void)
{
	pthread_mutexattr_t attr;
	pthread_mutex_t m;
	int kind;

	CHECK_EQ(pthread_mutexattr_init(&attr), 0);
	CHECK_EQ(pthread_mutexattr_gettype(&attr, &kind), 0);
	CHECK_EQ(kind, PTHREAD_MUTEX_DEFAULT);
	CHECK_EQ(pthread_mutexattr_settype(&attr, 77), EINVAL);
	CHECK_EQ(pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_ERRORCHECK), 0);
	CHECK_EQ(pthread_mutex_init(&m, &attr), 0);
	CHECK_EQ(pthread_mutex_unlock(&m), EPERM);
	CHECK_EQ(pthread_mutex_lock(&m), 0);
	CHECK_EQ(pthread_mutex_lock(&m), EDEADLK);
	CHECK_EQ(pthread_mutex_trylock(&m), EBUSY);
	CHECK_EQ(pthread_mutex_destroy(&m), EBUSY);
	CHECK_EQ(from_another(&m), EPERM);
	CHECK_EQ(pthread_mutex_unlock(&m), 0);
	CHECK_EQ(pthread_mutex_destroy(&m), 0);

	CHECK_EQ(pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_RECURSIVE), 0);
	CHECK_EQ(pthread_mutex_init(&m, &attr), 0);
	CHECK_EQ(pthread_mutex_lock(&m), 0);
	CHECK_EQ(pthread_mutex_trylock(&m), 0);
	CHECK_EQ(pthread_mutex_lock(&m), 0);
	CHECK_EQ(pthread_mutex_unlock(&m), 0);
	CHECK_EQ(pthread_mutex_unlock(&m), 0);
	CHECK_EQ(from_another(&m), EPERM);
	CHECK_EQ(pthread_mutex_unlock(&m), 0);
	CHECK_EQ(pthread_mutex_unlock(&m), EPERM);
	CHECK_EQ(pthread_mutexattr_destroy(&attr), 0);
	CHECK_EQ(pthread_mutex_lock(&mutex), 0);
	CHECK(pthread_mutex_held_np(&mutex));
	CHECK_EQ(pthread_mutex_unlock(&mutex), 0);
}

static void
test_rwlock_errors(void)
{
	struct timespec t;

	CHECK_EQ(pthread_rwlock_unlock(&rwlock), EPERM);
	CHECK_EQ(pthread_rwlock_rdlock(&rwlock), 0);
	CHECK_EQ(pthread_rwlock_tryrdlock(&rwlock), 0);
	CHECK_EQ(pthread_rwlock_trywrlock(&rwlock), EBUSY);
	clock_gettime(CLOCK_REALTIME, &t);
	t.tv_sec++;
	CHECK_EQ(pthread_rwlock_timedwrlock(&rwlock, &t), ETIMEDOUT);
	CHECK_EQ(pthread_rwlock_unlock(&rwlock), 0);
	CHECK_EQ(pthread_rwlock_unlock(&rwlock), 0);
	CHECK_EQ(pthread_rwlock_wrlock(&rwlock), 0);
	CHECK_EQ(pthread_rwlock_wrlock(&rwlock), EDEADLK);
	CHECK_EQ(pthread_rwlock_rdlock(&rwlock), EDEADLK);
	CHECK_EQ(pthread_rwlock_tryrdlock(&rwlock), EBUSY);
	CHECK_EQ(pthread_rwlock_destroy(&rwlock), EBUSY);
	CHECK_EQ(pthread_rwlock_unlock(&rwlock), 0);
}

int
main(void)
{
	CHECK_EQ(pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE), 0);
	run(locks);
	CHECK_EQ(counter, THREADS * ROUNDS);
	CHECK_EQ(spun, THREADS * ROUNDS);
	CHECK_EQ(pthread_mutex_destroy(&mutex), 0);
	pthread_mutex_init(&mutex, NULL);
	run(reads_and_writes);
	CHECK_EQ(a, THREADS * ROUNDS / 8);
	CHECK_EQ(pthread_barrier_init(&barrier, NULL, 0), EINVAL);
	CHECK_EQ(pthread_barrier_init(&barrier, NULL, THREADS), 0);
	run(meets);
	CHECK_EQ(serial, 20);
	CHECK_EQ(pthread_barrier_destroy(&barrier), 0);
	test_kinds();
	test_rwlock_errors();
	return 0;
}
