/*
 * pthread_once: everybody who comes while the function runs waits for it. If it is cancelled, the next runs it.
 */
#include "thread.h"

static void
unlock(void *mutex)
{
	pthread_mutex_unlock(mutex);
}

int
pthread_once(pthread_once_t *once, void (*function)(void))
{
	if (__atomic_load_n(&once->pto_done, __ATOMIC_ACQUIRE))
		return 0;
	pthread_mutex_lock(&once->pto_mutex);
	pthread_cleanup_push(unlock, &once->pto_mutex);
	if (!once->pto_done) {
		function();
		__atomic_store_n(&once->pto_done, 1, __ATOMIC_RELEASE);
	}
	pthread_cleanup_pop(1);
	return 0;
}

LIBC_NAME(__libc_thr_once, pthread_once);
