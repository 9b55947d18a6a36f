/* An LWP with thread-local storage of its own. */
#include <sys/tls.h>
#include <lwp.h>
#include <ucontext.h>
#include <unistd.h>

#include "../check.h"

#define STACK 32768

static _Thread_local int own = 5;
static volatile int seen, seen_errno;

static void
lwp_main(void *argument)
{
	seen = own + *(int *)argument;
	own = 100;
	errno = 0;
	(void)close(-1);
	seen_errno = errno;
	_lwp_exit();
}

static void
test_lwp(void)
{
	struct tls_tcb *tcb = _rtld_tls_allocate();
	char *stack = malloc(STACK);
	int argument = 30;
	lwpid_t id, gone;
	ucontext_t uc;

	own = 6;
	errno = 0;
	_lwp_makecontext(&uc, lwp_main, &argument, tcb, stack, STACK);
	CHECK_EQ(_lwp_create(&uc, 0, &id), 0);
	CHECK_EQ(_lwp_wait(id, &gone), 0);
	CHECK_EQ(gone, id);
	/* Its copy began with 5. */
	CHECK_EQ(seen, 35);
	CHECK_EQ(seen_errno, EBADF);
	CHECK_EQ(own, 6);
	CHECK_EQ(errno, 0);
	_rtld_tls_free(tcb);
}

int
main(void)
{
	test_lwp();
	return 0;
}
