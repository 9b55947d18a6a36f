/* Fifty threads that allocate, print, lock, wait, sleep and make threads; with each seed another interleaving. */
#include <pthread.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

#define THREADS 50

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static int turn, total, table[64];
static _Thread_local int own;

static void *
small(void *argument)
{
	own = (int)(long)argument;
	sched_yield();
	return (void *)(long)own;
}

static void *
works(void *argument)
{
	int me = (int)(long)argument, i;
	const struct timespec t = { 0, 1000 * (me % 7) };
	char *blocks[8];
	pthread_t child;
	void *result;

	own = me;
	for (i = 0; i < 8; i++) {
		blocks[i] = malloc(16 << i);
		memset(blocks[i], me, 16 << i);
	}
	for (i = 0; i < 10; i++) {
		pthread_rwlock_rdlock(&rwlock);
		for (int k = 1; k < 64; k++)
			CHECK_EQ(table[k], table[0]);
		pthread_rwlock_unlock(&rwlock);
		if (i % 5 == 0) {
			pthread_rwlock_wrlock(&rwlock);
			for (int k = 0; k < 64; k++)
				table[k]++;
			pthread_rwlock_unlock(&rwlock);
			nanosleep(&t, NULL);
		}
		pthread_mutex_lock(&mutex);
		total++;
		pthread_mutex_unlock(&mutex);
	}
	CHECK_EQ(pthread_create(&child, NULL, small, argument), 0);
	CHECK_EQ(pthread_join(child, &result), 0);
	CHECK(result == argument);
	/* One after the other. */
	pthread_mutex_lock(&mutex);
	while (turn != me)
		pthread_cond_wait(&cond, &mutex);
	turn++;
	pthread_cond_broadcast(&cond);
	pthread_mutex_unlock(&mutex);
	for (i = 0; i < 8; i++) {
		for (int k = 0; k < 16 << i; k++)
			if (blocks[i][k] != me)
				CHECK_FAIL("a block was overwritten");
		free(blocks[i]);
	}
	CHECK_EQ(own, me);
	return argument;
}

int
main(void)
{
	pthread_t t[THREADS];
	long i;

	for (i = 0; i < THREADS; i++)
		CHECK_EQ(pthread_create(&t[i], NULL, works, (void *)i), 0);
	for (i = 0; i < THREADS; i++)
		CHECK_EQ(pthread_join(t[i], NULL), 0);
	CHECK_EQ(total, THREADS * 10);
	CHECK_EQ(turn, THREADS);
	CHECK_EQ(table[63], THREADS * 2);
	return 0;
}
