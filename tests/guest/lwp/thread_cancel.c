/* Cancellation, cleanup handlers, thread-specific values. */
#include <pthread.h>
#include <poll.h>
#include <semaphore.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static pthread_key_t key, second;
static volatile int cleaned, order, destroyed, rounds, ready, go;
static int fds[2];
static sem_t semaphore;

static void
clean(void *argument)
{
	order = order * 10 + (int)(long)argument;
	cleaned++;
}

static void
unlocks(void *argument)
{
	CHECK(pthread_mutex_held_np(argument));
	pthread_mutex_unlock(argument);
	cleaned++;
}

static void *
reads(void *argument)
{
	char c;

	(void)argument;
	pthread_cleanup_push(clean, (void *)1);
	pthread_cleanup_push(clean, (void *)2);
	ready = 1;
	(void)read(fds[0], &c, 1);
	CHECK_FAIL("read returned");
	pthread_cleanup_pop(0);
	pthread_cleanup_pop(0);
	return NULL;
}

static void *
waits(void *argument)
{
	(void)argument;
	pthread_mutex_lock(&mutex);
	pthread_cleanup_push(unlocks, &mutex);
	ready = 1;
	for (;;)
		pthread_cond_wait(&cond, &mutex);
	pthread_cleanup_pop(1);
	return NULL;
}

static void *
sleeps(void *argument)
{
	const struct timespec t = { 100, 0 };
	sigset_t none;

	sigemptyset(&none);
	ready = 1;
	switch ((long)argument) {
	case 0:
		nanosleep(&t, NULL);
		break;
	case 1:
		sleep(100);
		break;
	case 2:
		sigsuspend(&none);
		break;
	case 3:
		poll(NULL, 0, -1);
		break;
	case 4:
		sem_wait(&semaphore);
		break;
	case 5:
		clock_nanosleep(CLOCK_MONOTONIC, 0, &t, NULL);
		break;
	case 6:
		pause();
		break;
	case 7:
		for (;;) {
			sched_yield();
			pthread_testcancel();
		}
	case 8:
		select(0, NULL, NULL, NULL, NULL);
		break;
	}
	CHECK_FAIL("case %ld returned", (long)argument);
}

static void *
refuses(void *argument)
{
	const struct timespec t = { 0, 20000000 };
	int old;

	CHECK_EQ(pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &old), 0);
	CHECK_EQ(old, PTHREAD_CANCEL_ENABLE);
	CHECK_EQ(pthread_setcancelstate(77, &old), EINVAL);
	ready = 1;
	CHECK_EQ(nanosleep(&t, NULL), 0);
	pthread_testcancel();
	*(int *)argument = 1;
	CHECK_EQ(pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL), 0);
	pthread_testcancel();
	CHECK_FAIL("not cancelled");
}

static void *
joins(void *argument)
{
	ready = 1;
	pthread_join(*(pthread_t *)argument, NULL);
	CHECK_FAIL("joined");
}

static void
cancel(pthread_t t, int wait)
{
	const struct timespec a_bit = { 0, 1000000 };
	void *result;

	while (!ready)
		sched_yield();
	if (wait)
		nanosleep(&a_bit, NULL);
	CHECK_EQ(pthread_cancel(t), 0);
	CHECK_EQ(pthread_join(t, &result), 0);
	CHECK(result == PTHREAD_CANCELED);
	ready = 0;
}

static void
test_points(int wait)
{
	pthread_t t, other;
	long i;
	int late = 0;

	cleaned = order = 0;
	CHECK_EQ(pthread_create(&t, NULL, reads, NULL), 0);
	cancel(t, wait);
	CHECK_EQ(order, 21);
	CHECK_EQ(pthread_create(&t, NULL, waits, NULL), 0);
	cancel(t, wait);
	CHECK_EQ(cleaned, 3);
	CHECK_EQ(pthread_mutex_trylock(&mutex), 0);
	CHECK_EQ(pthread_mutex_unlock(&mutex), 0);
	for (i = 0; i <= 8; i++) {
		CHECK_EQ(pthread_create(&t, NULL, sleeps, (void *)i), 0);
		cancel(t, wait);
	}
	CHECK_EQ(pthread_create(&t, NULL, refuses, &late), 0);
	cancel(t, wait);
	CHECK_EQ(late, 1);
	/* Whoever joins can be cancelled, and the thread can still be joined. */
	CHECK_EQ(pthread_create(&other, NULL, sleeps, (void *)0), 0);
	while (!ready)
		sched_yield();
	ready = 0;
	CHECK_EQ(pthread_create(&t, NULL, joins, &other), 0);
	cancel(t, wait);
	ready = 1;
	cancel(other, wait);
}

static void
destroy(void *value)
{
	destroyed += (int)(long)value;
	if (++rounds < 3)
		CHECK_EQ(pthread_setspecific(key, (void *)1), 0);
}

static void *
has_values(void *argument)
{
	CHECK(pthread_getspecific(key) == NULL);
	CHECK_EQ(pthread_setspecific(key, (void *)10), 0);
	CHECK_EQ(pthread_setspecific(second, argument), 0);
	while (!go)
		sched_yield();
	CHECK(pthread_getspecific(second) == argument);
	return NULL;
}

static void
test_keys(void)
{
	pthread_t t;
	int i;

	CHECK_EQ(pthread_key_create(&key, destroy), 0);
	CHECK_EQ(pthread_key_create(&second, NULL), 0);
	CHECK(key != second);
	CHECK_EQ(pthread_setspecific(second, &key), 0);
	CHECK_EQ(pthread_create(&t, NULL, has_values, &t), 0);
	for (i = 0; i < 5; i++)
		sched_yield();
	go = 1;
	CHECK_EQ(pthread_join(t, NULL), 0);
	CHECK_EQ(destroyed, 12);
	CHECK_EQ(rounds, 3);
	CHECK(pthread_getspecific(second) == &key);
	CHECK_EQ(pthread_key_delete(second), 0);
	CHECK_EQ(pthread_key_delete(second), EINVAL);
	CHECK_EQ(pthread_setspecific(second, NULL), EINVAL);
	CHECK_EQ(pthread_key_create(&second, NULL), 0);
	CHECK(pthread_getspecific(second) == NULL);
}

int
main(void)
{
	CHECK_EQ(pipe(fds), 0);
	CHECK_EQ(sem_init(&semaphore, 0, 0), 0);
	test_points(1);
	test_points(0);
	test_keys();
	return 0;
}
