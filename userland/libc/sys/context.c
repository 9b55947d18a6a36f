/*
 * User contexts that begin in a function: makecontext and _lwp_makecontext.
 */
#include <sys/tls.h>

#include <lwp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>

#include "libc_lock.h"
#include "libc_private.h"

/* special.S knows these by number. */
_Static_assert(offsetof(ucontext_t, uc_mcontext) == 56, "uc_mcontext");
_Static_assert(offsetof(ucontext_t, uc_mcontext.__gregs[_REG_SP]) == 56 + 8, "sp");
_Static_assert(offsetof(ucontext_t, uc_mcontext.__gregs[_REG_A0]) == 56 + 72, "a0");
_Static_assert(offsetof(ucontext_t, uc_mcontext.__gregs[_REG_PC]) == 56 + 248, "pc");
_Static_assert(sizeof(siginfo_t) == 128, "the ucontext's place in a signal frame");

#define REGISTER_ARGUMENTS 8
#define STACK_ALIGN 16

void __context_return(void);
__dead void __context_exit(void);

static void
start_at(ucontext_t *ucp, uintptr_t function, uintptr_t sp, uintptr_t return_to)
{
	__greg_t *gr = ucp->uc_mcontext.__gregs;

	gr[_REG_PC] = (__greg_t)function;
	gr[_REG_SP] = (__greg_t)sp;
	gr[_REG_RA] = (__greg_t)return_to;
	gr[_REG_S0] = 0;
	/* getcontext saved it, but a context made from zeroed memory needs it too. */
	__asm("mv %0, gp" : "=r"(gr[_REG_GP]));
}

void
makecontext(ucontext_t *ucp, void (*function)(void), int argc, ...)
{
	uintptr_t sp = (uintptr_t)ucp->uc_stack.ss_sp + ucp->uc_stack.ss_size;
	size_t on_stack = argc > REGISTER_ARGUMENTS ? argc - REGISTER_ARGUMENTS : 0;
	long *overflow;
	va_list ap;
	int i;

	sp = (sp - on_stack * sizeof(long)) & ~(uintptr_t)(STACK_ALIGN - 1);
	overflow = (long *)sp;
	start_at(ucp, (uintptr_t)function, sp, (uintptr_t)__context_return);
	va_start(ap, argc);
	for (i = 0; i < argc; i++) {
		if (i < REGISTER_ARGUMENTS)
			ucp->uc_mcontext.__gregs[_REG_A0 + i] = va_arg(ap, long);
		else
			overflow[i - REGISTER_ARGUMENTS] = va_arg(ap, long);
	}
	va_end(ap);
}

/* The kernel remembers which context follows the running one; the caller's ucontext_t may be gone. */
void
__context_exit(void)
{
	ucontext_t uc;

	if (getcontext(&uc) == 0 && uc.uc_link != NULL)
		setcontext(uc.uc_link);
	exit(0);
}

/*
 * The private pointer is a TCB, from _rtld_tls_allocate(). Without one the new LWP shares its creator's
 * thread-local storage, errno included. From now on libc locks what LWPs share.
 */
void
_lwp_makecontext(ucontext_t *ucp, void (*start)(void *), void *arg, void *private, caddr_t stack_base,
    size_t stack_size)
{
	uintptr_t sp = ((uintptr_t)stack_base + stack_size) & ~(uintptr_t)(STACK_ALIGN - 1);
	__greg_t *gr = ucp->uc_mcontext.__gregs;

	__isthreaded = 1;
	memset(ucp, 0, sizeof(*ucp));
	ucp->uc_flags = _UC_CPU | _UC_STACK;
	ucp->uc_stack.ss_sp = stack_base;
	ucp->uc_stack.ss_size = stack_size;
	start_at(ucp, (uintptr_t)start, sp, (uintptr_t)_lwp_exit);
	gr[_REG_A0] = (__greg_t)arg;
	gr[_REG_TP] = (__greg_t)__builtin_thread_pointer();
	if (private != NULL) {
		ucp->uc_flags |= _UC_TLSBASE;
		gr[_REG_TP] = (__greg_t)((struct tls_tcb *)private + 1);
	}
}
