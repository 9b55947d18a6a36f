/*
 * What the parts of pthreads share.
 *
 * Everything that waits does so on a futex: a word in the object itself, in fields of <pthread_types.h> that
 * static initializers leave 0. The futexes are not marked private, so objects in shared memory work between
 * processes, too.
 */
#ifndef LIBC_THREAD_H
#define LIBC_THREAD_H

#define __LIBPTHREAD_SOURCE__ 1

#include <sys/futex.h>
#include <sys/tls.h>
#include <limits.h>
#include <lwp.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "libc_lock.h"

/* Programs reach the functions under both names: <pthread.h> renames some of them. */
#define LIBC_NAME(alias, function) extern __typeof(function) alias __attribute__((__alias__(#function)))

#define THREAD_MAGIC	0x11110001
#define THREAD_DEAD	0xDEAD0001

struct cleanup {		/* laid over a struct pthread_cleanup_store */
	void (*function)(void *);
	void *argument;
	struct cleanup *below;
};

struct __pthread_st {
	unsigned int magic;
	lwpid_t lid;			/* stored by the kernel before the thread runs */
	struct __pthread_st *next;	/* in the list of threads, or of those to be freed */
	struct tls_tcb *tcb;
	char *mapping;			/* guard and stack, if we made them */
	size_t mapping_size;
	char *stack;
	size_t stack_size, guard_size;
	void *(*start)(void *);
	void *argument;
	void *result;
	bool detached;
	bool exited;			/* about to call _lwp_exit, or gone */
	int cancel_state, cancel_type;
	bool cancel_pending;
	int no_cancel;			/* inside stdio, say, with a stream locked */
	struct cleanup *cleanup;
	bool has_specific;		/* some value may not be NULL */
	void *specific[PTHREAD_KEYS_MAX];
	char name[PTHREAD_MAX_NAMELEN_NP];
};

/* What a pthread_attr_t points to. */
struct attributes {
	void *stack;
	size_t stack_size, guard_size;
	int detach_state, scope, inherit, policy;
	struct sched_param param;
	bool suspended;
	char name[PTHREAD_MAX_NAMELEN_NP];
};

#define ATTR_MAGIC	0x22220002
#define ATTR_DEAD	0xDEAD0002

/* attr.c */
size_t __thread_default_stack_size(void);
struct attributes *__thread_attributes(const pthread_attr_t *);

/* self.c: all threads but those that exited and are detached; the lock is for them and their flags. */
extern pthread_t __thread_list;
extern libc_lock_t __thread_list_lock;
int __thread_known(pthread_t);	/* call with the lock held */

/* atfork.c */
void __thread_before_fork(void);
void __thread_after_fork(bool);

/* key.c, weak: not linked without keys */
void __thread_run_destructors(pthread_t) __attribute__((__weak__));

/* lock.c: an errno is the value. Moments are absolute; NULL is forever. */
int __futex(const void *, int, int, const struct timespec *, const void *, int, int);
int __thread_futex_wait(const void *, int, clockid_t, const struct timespec *);
void __thread_futex_wake(const void *, int);
int __thread_lock_until(int *, clockid_t, const struct timespec *);

static inline bool
thread_cancelled(pthread_t self)
{
	return self->cancel_pending && self->cancel_state == PTHREAD_CANCEL_ENABLE && self->no_cancel == 0;
}

static inline void
thread_testcancel(pthread_t self)
{
	if (thread_cancelled(self))
		pthread_exit(PTHREAD_CANCELED);
}

#endif
