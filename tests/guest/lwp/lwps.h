/* LWPs made by hand, for the tests of the system calls. */
#ifndef LWPS_H
#define LWPS_H

#include <sys/tls.h>
#include <lwp.h>
#include <sched.h>
#include <ucontext.h>
#include <unistd.h>

#include "check.h"

#define DETACHED	0x40
#define SUSPENDED	0x80
#define STACK		65536

/* Stack and thread-local storage are left to the process's end. */
static inline void
make_context(ucontext_t *uc, void (*start)(void *), void *argument)
{
	char *stack = malloc(STACK);

	CHECK(stack != NULL);
	_lwp_makecontext(uc, start, argument, _rtld_tls_allocate(), stack, STACK);
}

static inline lwpid_t
start(void (*function)(void *), void *argument, unsigned long flags)
{
	ucontext_t uc;
	lwpid_t id = 0;

	make_context(&uc, function, argument);
	CHECK_EQ(_lwp_create(&uc, flags, &id), 0);
	CHECK(id > 0);
	return id;
}

static inline void
finish(lwpid_t id)
{
	lwpid_t gone = 0;

	CHECK_EQ(_lwp_wait(id, &gone) == 0 ? 0 : errno, 0);
	CHECK_EQ(gone, id);
}

/* Until somebody else has set it. */
static inline void
await(volatile int *flag)
{
	while (*flag == 0)
		sched_yield();
}

#endif
