/* Condition variables: a bounded queue, broadcasts, timeouts by both clocks. */
#include <pthread.h>
#include <time.h>

#include "check.h"

#define SIZE 4
#define ITEMS 300
#define MAKERS 3
#define TAKERS 4

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t not_empty = PTHREAD_COND_INITIALIZER, not_full = PTHREAD_COND_INITIALIZER;
static int queue[SIZE], used, taken;
static long sum;

static void *
makes(void *argument)
{
	int i;

	(void)argument;
	for (i = 1; i <= ITEMS; i++) {
		pthread_mutex_lock(&mutex);
		while (used == SIZE)
			CHECK_EQ(pthread_cond_wait(&not_full, &mutex), 0);
		queue[used++] = i;
		CHECK_EQ(pthread_cond_signal(&not_empty), 0);
		pthread_mutex_unlock(&mutex);
	}
	return NULL;
}

static void *
takes(void *argument)
{
	(void)argument;
	for (;;) {
		pthread_mutex_lock(&mutex);
		while (used == 0 && taken < MAKERS * ITEMS)
			CHECK_EQ(pthread_cond_wait(&not_empty, &mutex), 0);
		if (used == 0)
			break;
		sum += queue[--used];
		if (++taken == MAKERS * ITEMS)
			pthread_cond_broadcast(&not_empty);
		pthread_cond_signal(&not_full);
		pthread_mutex_unlock(&mutex);
	}
	pthread_mutex_unlock(&mutex);
	return NULL;
}

static void
test_queue(void)
{
	pthread_t t[MAKERS + TAKERS];
	int i;

	for (i = 0; i < MAKERS + TAKERS; i++)
		CHECK_EQ(pthread_create(&t[i], NULL, i < MAKERS ? makes : takes, NULL), 0);
	for (i = 0; i < MAKERS + TAKERS; i++)
		CHECK_EQ(pthread_join(t[i], NULL), 0);
	CHECK_EQ(sum, (long)MAKERS * ITEMS * (ITEMS + 1) / 2);
	CHECK_EQ(pthread_cond_destroy(&not_empty), 0);
}

static void
test_timeout(clockid_t clock)
{
	pthread_condattr_t attr;
	pthread_cond_t cond;
	struct timespec t, now;
	clockid_t got;

	CHECK_EQ(pthread_condattr_init(&attr), 0);
	CHECK_EQ(pthread_condattr_setclock(&attr, CLOCK_PROCESS_CPUTIME_ID), EINVAL);
	CHECK_EQ(pthread_condattr_setclock(&attr, clock), 0);
	CHECK_EQ(pthread_condattr_getclock(&attr, &got), 0);
	CHECK_EQ(got, clock);
	CHECK_EQ(pthread_cond_init(&cond, &attr), 0);
	clock_gettime(clock, &t);
	t.tv_sec += 3;
	pthread_mutex_lock(&mutex);
	CHECK_EQ(pthread_cond_timedwait(&cond, &mutex, &t), ETIMEDOUT);
	clock_gettime(clock, &now);
	CHECK(now.tv_sec >= t.tv_sec && now.tv_sec <= t.tv_sec + 1);
	CHECK(pthread_mutex_held_np(&mutex));
	t.tv_nsec = 1000000000;
	CHECK_EQ(pthread_cond_timedwait(&cond, &mutex, &t), EINVAL);
	pthread_mutex_unlock(&mutex);
	CHECK_EQ(pthread_cond_has_waiters_np(&cond), 0);
	CHECK_EQ(pthread_cond_signal(&cond), 0);
	CHECK_EQ(pthread_cond_destroy(&cond), 0);
}

int
main(void)
{
	test_queue();
	test_timeout(CLOCK_REALTIME);
	test_timeout(CLOCK_MONOTONIC);
	return 0;
}
