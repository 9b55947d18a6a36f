/*
 * The threads of ISO C, which are those of POSIX under other names.
 */
#include <errno.h>
#include <sched.h>
#include <stdint.h>
#include <stdlib.h>
#include <threads.h>

#include "thread.h"

static int
result_of(int error)
{
	switch (error) {
	case 0:
		return thrd_success;
	case EBUSY:
		return thrd_busy;
	case ETIMEDOUT:
		return thrd_timedout;
	case ENOMEM:
	case EAGAIN:
		return thrd_nomem;
	default:
		return thrd_error;
	}
}

void
call_once(once_flag *flag, void (*function)(void))
{
	pthread_once(flag, function);
}

int
cnd_init(cnd_t *c)
{
	return result_of(pthread_cond_init(c, NULL));
}

void
cnd_destroy(cnd_t *c)
{
	pthread_cond_destroy(c);
}

int
cnd_signal(cnd_t *c)
{
	return result_of(pthread_cond_signal(c));
}

int
cnd_broadcast(cnd_t *c)
{
	return result_of(pthread_cond_broadcast(c));
}

int
cnd_wait(cnd_t *c, mtx_t *m)
{
	return result_of(pthread_cond_wait(c, m));
}

int
cnd_timedwait(cnd_t *restrict c, mtx_t *restrict m, const struct timespec *restrict until)
{
	return result_of(pthread_cond_timedwait(c, m, until));
}

int
mtx_init(mtx_t *m, int kind)
{
	pthread_mutexattr_t attr;
	int plain = kind & ~mtx_recursive;

	if (plain != mtx_plain && plain != mtx_timed && kind != mtx_recursive)
		return thrd_error;
	pthread_mutexattr_init(&attr);
	if ((kind & mtx_recursive) != 0)
		pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_RECURSIVE);
	return result_of(pthread_mutex_init(m, &attr));
}

void
mtx_destroy(mtx_t *m)
{
	pthread_mutex_destroy(m);
}

int
mtx_lock(mtx_t *m)
{
	return result_of(pthread_mutex_lock(m));
}

int
mtx_timedlock(mtx_t *restrict m, const struct timespec *restrict until)
{
	return result_of(pthread_mutex_timedlock(m, until));
}

int
mtx_trylock(mtx_t *m)
{
	return result_of(pthread_mutex_trylock(m));
}

int
mtx_unlock(mtx_t *m)
{
	return result_of(pthread_mutex_unlock(m));
}

struct start {
	thrd_start_t function;
	void *argument;
};

static void *
begin(void *argument)
{
	struct start start = *(struct start *)argument;

	free(argument);
	return (void *)(intptr_t)start.function(start.argument);
}

int
thrd_create(thrd_t *t, thrd_start_t function, void *argument)
{
	struct start *start = malloc(sizeof(*start));
	int error;

	if (start == NULL)
		return thrd_nomem;
	*start = (struct start){ .function = function, .argument = argument };
	error = pthread_create(t, NULL, begin, start);
	if (error != 0)
		free(start);
	return result_of(error);
}

thrd_t
thrd_current(void)
{
	return pthread_self();
}

int
thrd_detach(thrd_t t)
{
	return result_of(pthread_detach(t));
}

int
thrd_equal(thrd_t a, thrd_t b)
{
	return pthread_equal(a, b);
}

void
thrd_exit(int result)
{
	pthread_exit((void *)(intptr_t)result);
}

int
thrd_join(thrd_t t, int *result)
{
	void *value;
	int error = pthread_join(t, &value);

	if (error == 0 && result != NULL)
		*result = (int)(intptr_t)value;
	return result_of(error);
}

int
thrd_sleep(const struct timespec *duration, struct timespec *left)
{
	if (nanosleep(duration, left) == 0)
		return 0;
	return errno == EINTR ? -1 : -2;
}

void
thrd_yield(void)
{
	sched_yield();
}

int
tss_create(tss_t *key, tss_dtor_t destructor)
{
	return result_of(pthread_key_create(key, destructor));
}

void
tss_delete(tss_t key)
{
	pthread_key_delete(key);
}

void *
tss_get(tss_t key)
{
	return pthread_getspecific(key);
}

int
tss_set(tss_t key, void *value)
{
	return result_of(pthread_setspecific(key, value));
}
