/*
 * Values of a thread's own, by key.
 */
#include <errno.h>
#include <limits.h>

#include "thread.h"

static struct key {
	bool used;
	void (*destructor)(void *);
} keys[PTHREAD_KEYS_MAX];

LIBC_LOCK keys_lock;

int
pthread_key_create(pthread_key_t *result, void (*destructor)(void *))
{
	int i, error = EAGAIN;

	libc_lock(&keys_lock);
	for (i = 0; i < PTHREAD_KEYS_MAX; i++)
		if (!keys[i].used) {
			keys[i].used = true;
			keys[i].destructor = destructor;
			*result = i;
			error = 0;
			break;
		}
	libc_unlock(&keys_lock);
	return error;
}

static bool
valid(pthread_key_t key)
{
	return key >= 0 && key < PTHREAD_KEYS_MAX && keys[key].used;
}

/* A new key begins with no values: those of the one that had the number before are forgotten. */
int
pthread_key_delete(pthread_key_t key)
{
	pthread_t t;

	if (!valid(key))
		return EINVAL;
	libc_lock(&__thread_list_lock);
	for (t = __thread_list; t != NULL; t = t->next)
		t->specific[key] = NULL;
	libc_unlock(&__thread_list_lock);
	libc_lock(&keys_lock);
	keys[key].used = false;
	libc_unlock(&keys_lock);
	return 0;
}

int
pthread_setspecific(pthread_key_t key, const void *value)
{
	pthread_t self = pthread_self();

	if (!valid(key))
		return EINVAL;
	self->specific[key] = __UNCONST(value);
	self->has_specific = true;
	return 0;
}

void *
pthread_getspecific(pthread_key_t key)
{
	return valid(key) ? pthread_self()->specific[key] : NULL;
}

/* A destructor may set values anew, so there are some rounds, but not without end. */
void
__thread_run_destructors(pthread_t self)
{
	void (*destructor)(void *);
	int round, i;
	bool called = true;
	void *value;

	for (round = 0; called && round < PTHREAD_DESTRUCTOR_ITERATIONS; round++) {
		called = false;
		for (i = 0; i < PTHREAD_KEYS_MAX; i++) {
			value = self->specific[i];
			destructor = keys[i].used ? keys[i].destructor : NULL;
			if (value == NULL || destructor == NULL)
				continue;
			self->specific[i] = NULL;
			destructor(value);
			called = true;
		}
	}
}

LIBC_NAME(__libc_thr_keycreate, pthread_key_create);
LIBC_NAME(__libc_thr_keydelete, pthread_key_delete);
LIBC_NAME(__libc_thr_setspecific, pthread_setspecific);
LIBC_NAME(__libc_thr_getspecific, pthread_getspecific);
