/*
 * The calling thread. The first one's structure is static, and found when somebody asks.
 */
#include <machine/lwp_private.h>

#include "thread.h"

static struct __pthread_st first = { .magic = THREAD_MAGIC };

pthread_t
pthread_self(void)
{
	struct tls_tcb *tcb = (struct tls_tcb *)__lwp_getprivate_fast() - 1;
	pthread_t self = tcb->tcb_pthread;

	if (self == NULL) {
		self = &first;
		self->tcb = tcb;
		self->lid = _lwp_self();
		tcb->tcb_pthread = self;
		/* Nobody else runs yet: who makes a thread has asked for itself before. */
		self->next = __thread_list;
		__thread_list = self;
	}
	return self;
}

pthread_t __thread_list;
libc_lock_t __thread_list_lock;

int
__thread_known(pthread_t thread)
{
	pthread_t each;

	for (each = __thread_list; each != NULL; each = each->next)
		if (each == thread)
			return 1;
	return 0;
}

int
pthread_equal(pthread_t a, pthread_t b)
{
	return a == b;
}

LIBC_NAME(__libc_thr_self, pthread_self);
LIBC_NAME(__libc_thr_equal, pthread_equal);
