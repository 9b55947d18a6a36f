/*
 * How threads begin and end.
 *
 * A thread is an LWP with a stack and thread-local storage. It cannot free what it runs on: whoever joins it
 * does, and a detached one is put aside for the next pthread_create, which frees what the kernel no longer
 * knows.
 */
#include <sys/mman.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#include "thread.h"

#define PAGE 4096

/* For _lwp_create, as Solaris has them; <sys/lwp.h> shows them to the kernel only. */
#define LWP_DETACHED	0x40
#define LWP_SUSPENDED	0x80

/* fork(2) knows of this only weakly. Whoever can have several threads has it. */
static void (*const at_fork[])(void) __attribute__((__used__)) = { __thread_before_fork };

static pthread_t departed;	/* detached and exited; under the list's lock */

static void
release(pthread_t t)
{
	if (t->tcb != NULL)
		_rtld_tls_free(t->tcb);
	if (t->mapping != NULL)
		munmap(t->mapping, t->mapping_size);
	t->magic = THREAD_DEAD;
	free(t);
}

static void
release_departed(void)
{
	pthread_t t, next, gone = NULL, *link = &departed;

	libc_lock(&__thread_list_lock);
	while ((t = *link) != NULL) {
		/* Another LWP may have got the number since: then this one is freed another time. */
		if (_lwp_kill(t->lid, 0) == -1) {
			*link = t->next;
			t->next = gone;
			gone = t;
		} else
			link = &t->next;
	}
	libc_unlock(&__thread_list_lock);
	for (t = gone; t != NULL; t = next) {
		next = t->next;
		release(t);
	}
}

/* Call with the lock held. */
static void
unlist(pthread_t t)
{
	pthread_t *link = &__thread_list;

	while (*link != t)
		link = &(*link)->next;
	*link = t->next;
}

static int
make_stack(pthread_t t, const struct attributes *attr)
{
	size_t size = attr != NULL ? attr->stack_size : 0;
	size_t guard = attr != NULL ? attr->guard_size : PAGE;

	if (size == 0)
		size = __thread_default_stack_size();
	t->stack_size = size;
	if (attr != NULL && attr->stack != NULL) {
		t->stack = attr->stack;
		return 0;
	}
	guard = (guard + PAGE - 1) & ~(size_t)(PAGE - 1);
	t->stack_size = size = (size + PAGE - 1) & ~(size_t)(PAGE - 1);
	t->mapping_size = guard + size;
	t->mapping = mmap(NULL, t->mapping_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON | MAP_STACK, -1, 0);
	if (t->mapping == MAP_FAILED) {
		t->mapping = NULL;
		return EAGAIN;
	}
	if (guard != 0 && mprotect(t->mapping, guard, PROT_NONE) == -1)
		return EAGAIN;
	t->guard_size = guard;
	t->stack = t->mapping + guard;
	return 0;
}

static void
begin(void *argument)
{
	pthread_t self = argument;

	if (self->name[0] != '\0')
		_lwp_setname(self->lid, self->name);
	pthread_exit(self->start(self->argument));
}

int
pthread_create(pthread_t *restrict result, const pthread_attr_t *restrict pattr, void *(*start)(void *),
    void *restrict argument)
{
	const struct attributes *attr = NULL;
	unsigned long flags = 0;
	ucontext_t context;
	pthread_t t;
	int error, saved = errno;

	if (pattr != NULL && (attr = __thread_attributes(pattr)) == NULL)
		return EINVAL;
	pthread_self();
	release_departed();
	t = calloc(1, sizeof(*t));
	if (t == NULL) {
		errno = saved;
		return EAGAIN;
	}
	t->magic = THREAD_MAGIC;
	t->start = start;
	t->argument = argument;
	error = make_stack(t, attr);
	if (error == 0 && (t->tcb = _rtld_tls_allocate()) == NULL)
		error = EAGAIN;
	if (error != 0)
		goto failed;
	t->tcb->tcb_pthread = t;
	if (attr != NULL) {
		t->detached = attr->detach_state == PTHREAD_CREATE_DETACHED;
		memcpy(t->name, attr->name, sizeof(t->name));
		flags = (t->detached ? LWP_DETACHED : 0) | (attr->suspended ? LWP_SUSPENDED : 0);
	}
	_lwp_makecontext(&context, begin, t, t->tcb, t->stack, t->stack_size);
	*result = t;
	libc_lock(&__thread_list_lock);
	t->next = __thread_list;
	__thread_list = t;
	if (_lwp_create(&context, flags, &t->lid) == -1) {
		error = EAGAIN;
		unlist(t);
	}
	libc_unlock(&__thread_list_lock);
	if (error == 0) {
		errno = saved;
		return 0;
	}
failed:
	release(t);
	errno = saved;
	return error;
}

/* Whether nobody else is left, who could end the process later. Call with the lock held. */
static bool
is_last(pthread_t self)
{
	pthread_t t;

	for (t = __thread_list; t != NULL; t = t->next)
		if (t != self && !t->exited)
			return false;
	return true;
}

void
pthread_exit(void *result)
{
	pthread_t self = pthread_self();
	struct cleanup *c;
	bool last;

	self->cancel_state = PTHREAD_CANCEL_DISABLE;
	while ((c = self->cleanup) != NULL) {
		self->cleanup = c->below;
		c->function(c->argument);
	}
	if (self->has_specific && __thread_run_destructors != NULL)
		__thread_run_destructors(self);
	self->result = result;

	libc_lock(&__thread_list_lock);
	last = is_last(self);
	self->exited = true;
	if (!last && self->detached && self->start != NULL) {
		unlist(self);
		self->next = departed;
		departed = self;
	}
	libc_unlock(&__thread_list_lock);
	if (last)
		exit(0);
	for (;;)
		_lwp_exit();
}

int
pthread_join(pthread_t t, void **result)
{
	pthread_t self = pthread_self();
	int error = 0, saved = errno;

	if (t == self)
		return EDEADLK;
	libc_lock(&__thread_list_lock);
	if (!__thread_known(t))
		error = ESRCH;
	else if (t->detached)
		error = EINVAL;
	libc_unlock(&__thread_list_lock);
	if (error != 0)
		return error;
	do {
		thread_testcancel(self);
		error = _lwp_wait(t->lid, NULL) == -1 ? errno : 0;
	} while (error == EINTR);
	errno = saved;
	if (error != 0)
		return error;
	if (result != NULL)
		*result = t->result;
	libc_lock(&__thread_list_lock);
	unlist(t);
	libc_unlock(&__thread_list_lock);
	if (t->start != NULL)
		release(t);
	return 0;
}

int
pthread_detach(pthread_t t)
{
	int error = 0, saved = errno;

	libc_lock(&__thread_list_lock);
	if (!__thread_known(t))
		error = ESRCH;
	else if (t->detached)
		error = EINVAL;
	else if (_lwp_detach(t->lid) == -1)
		error = errno;
	else {
		t->detached = true;
		if (t->exited && t->start != NULL) {
			unlist(t);
			t->next = departed;
			departed = t;
		}
	}
	libc_unlock(&__thread_list_lock);
	errno = saved;
	return error;
}

LIBC_NAME(__libc_thr_create, pthread_create);
LIBC_NAME(__libc_thr_exit, pthread_exit);
LIBC_NAME(__libc_thr_join, pthread_join);
LIBC_NAME(__libc_thr_detach, pthread_detach);
