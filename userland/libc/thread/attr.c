/*
 * Attributes of a thread that is to be created. A pthread_attr_t points to what is allocated here.
 */
#include <sys/resource.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libc_private.h"
#include "thread.h"

#define PAGE		4096
#define LARGEST_DEFAULT	(64UL << 20)

/* As large as the first thread's may grow, but not absurdly so. */
size_t
__thread_default_stack_size(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_STACK, &limit) == -1 || limit.rlim_cur > LARGEST_DEFAULT)
		return LARGEST_DEFAULT;
	return limit.rlim_cur < 16 * PAGE ? 16 * PAGE : limit.rlim_cur;
}

struct attributes *
__thread_attributes(const pthread_attr_t *attr)
{
	return attr->pta_magic == ATTR_MAGIC ? attr->pta_private : NULL;
}

int
pthread_attr_init(pthread_attr_t *attr)
{
	struct attributes *a = calloc(1, sizeof(*a));

	if (a == NULL)
		return ENOMEM;
	a->guard_size = PAGE;
	a->scope = PTHREAD_SCOPE_SYSTEM;
	a->policy = SCHED_OTHER;
	attr->pta_magic = ATTR_MAGIC;
	attr->pta_flags = 0;
	attr->pta_private = a;
	return 0;
}

int
pthread_attr_destroy(pthread_attr_t *attr)
{
	free(__thread_attributes(attr));
	attr->pta_magic = ATTR_DEAD;
	attr->pta_private = NULL;
	return 0;
}

#define GETTER(name, type, field)							\
int											\
pthread_attr_get##name(const pthread_attr_t *restrict attr, type *restrict value)	\
{											\
	const struct attributes *a = __thread_attributes(attr);				\
											\
	if (a == NULL)									\
		return EINVAL;								\
	*value = a->field;								\
	return 0;									\
}

#define SETTER(name, parameter, field, value, valid)					\
int											\
pthread_attr_set##name(pthread_attr_t *attr, parameter)					\
{											\
	struct attributes *a = __thread_attributes(attr);				\
											\
	if (a == NULL || !(valid))							\
		return EINVAL;								\
	a->field = value;								\
	return 0;									\
}

GETTER(detachstate, int, detach_state)
SETTER(detachstate, int state, detach_state, state,
    state == PTHREAD_CREATE_JOINABLE || state == PTHREAD_CREATE_DETACHED)
GETTER(guardsize, size_t, guard_size)
SETTER(guardsize, size_t size, guard_size, size, size <= LARGEST_DEFAULT)
GETTER(inheritsched, int, inherit)
SETTER(inheritsched, int inherit, inherit, inherit,
    inherit == PTHREAD_INHERIT_SCHED || inherit == PTHREAD_EXPLICIT_SCHED)
GETTER(schedparam, struct sched_param, param)
SETTER(schedparam, const struct sched_param *restrict param, param, *param, param != NULL)
GETTER(schedpolicy, int, policy)
SETTER(schedpolicy, int policy, policy, policy,
    policy == SCHED_OTHER || policy == SCHED_FIFO || policy == SCHED_RR)
GETTER(scope, int, scope)
SETTER(stackaddr, void *stack, stack, stack, stack != NULL)
GETTER(stackaddr, void *, stack)
SETTER(stacksize, size_t size, stack_size, size, size >= PTHREAD_STACK_MIN)

int
pthread_attr_setscope(pthread_attr_t *attr, int scope)
{
	if (__thread_attributes(attr) == NULL)
		return EINVAL;
	if (scope != PTHREAD_SCOPE_SYSTEM)
		return scope == PTHREAD_SCOPE_PROCESS ? ENOTSUP : EINVAL;
	return 0;
}

int
pthread_attr_getstacksize(const pthread_attr_t *restrict attr, size_t *restrict size)
{
	const struct attributes *a = __thread_attributes(attr);

	if (a == NULL)
		return EINVAL;
	*size = a->stack_size != 0 ? a->stack_size : __thread_default_stack_size();
	return 0;
}

int
pthread_attr_getstack(const pthread_attr_t *restrict attr, void **restrict stack, size_t *restrict size)
{
	int error = pthread_attr_getstackaddr(attr, stack);

	return error != 0 ? error : pthread_attr_getstacksize(attr, size);
}

int
pthread_attr_setstack(pthread_attr_t *attr, void *stack, size_t size)
{
	int error = pthread_attr_setstacksize(attr, size);

	return error != 0 ? error : pthread_attr_setstackaddr(attr, stack);
}

int
pthread_attr_setcreatesuspend_np(pthread_attr_t *attr)
{
	struct attributes *a = __thread_attributes(attr);

	if (a == NULL)
		return EINVAL;
	a->suspended = true;
	return 0;
}

int
pthread_attr_setname_np(pthread_attr_t *attr, const char *format, void *argument)
{
	struct attributes *a = __thread_attributes(attr);
	char name[PTHREAD_MAX_NAMELEN_NP];

	if (a == NULL || (size_t)snprintf(name, sizeof(name), format, argument) >= sizeof(name))
		return EINVAL;
	memcpy(a->name, name, sizeof(name));
	return 0;
}

int
pthread_attr_getname_np(const pthread_attr_t *attr, char *name, size_t size, void **argument)
{
	const struct attributes *a = __thread_attributes(attr);

	if (a == NULL)
		return EINVAL;
	strlcpy(name, a->name, size);
	if (argument != NULL)
		*argument = NULL;	/* it has gone into the name */
	return 0;
}

int
pthread_attr_get_np(pthread_t t, pthread_attr_t *attr)
{
	struct attributes *a = __thread_attributes(attr);
	struct rlimit limit;

	if (a == NULL)
		return EINVAL;
	a->stack = t->stack;
	a->stack_size = t->stack_size;
	a->guard_size = t->guard_size;
	a->detach_state = t->detached ? PTHREAD_CREATE_DETACHED : PTHREAD_CREATE_JOINABLE;
	memcpy(a->name, t->name, sizeof(a->name));
	if (t->start == NULL && getrlimit(RLIMIT_STACK, &limit) == 0) {
		/* The first thread's stack ends where ps_strings do. */
		a->stack_size = limit.rlim_cur;
		a->stack = (char *)(((uintptr_t)__ps_strings + PAGE - 1) & ~(uintptr_t)(PAGE - 1)) - limit.rlim_cur;
	}
	return 0;
}

int
pthread_getattr_np(pthread_t t, pthread_attr_t *attr)
{
	int error = pthread_attr_init(attr);

	return error != 0 ? error : pthread_attr_get_np(t, attr);
}

LIBC_NAME(__libc_thr_attr_init, pthread_attr_init);
LIBC_NAME(__libc_thr_attr_destroy, pthread_attr_destroy);
LIBC_NAME(__libc_thr_attr_setdetachstate, pthread_attr_setdetachstate);
