/* A stack that overflows is survived on an alternate stack, by siglongjmp, as often as it happens. */
#include <sys/mman.h>
#include <sys/resource.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>

#include "child.h"

static sigjmp_buf back;
static volatile uintptr_t lowest, fault_at;

static int
dive(int n)
{
	volatile char frame[1000];

	frame[0] = (char)n;
	lowest = (uintptr_t)frame;
	return dive(n + 1) + frame[0];
}

static void
handler(int signo, siginfo_t *info, void *context)
{
	(void)signo;
	(void)context;
	fault_at = (uintptr_t)info->si_addr;
	siglongjmp(back, 1);
}

static void
no_alternate_stack(void)
{
	struct sigaction sa = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO };

	sigaction(SIGSEGV, &sa, NULL);
	if (sigsetjmp(back, 1) == 0)
		dive(0);
}

int
main(void)
{
	struct sigaction sa = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_ONSTACK };
	struct rlimit rl;
	stack_t ss = { .ss_size = 65536 };
	char here;

	CHECK_EQ(getrlimit(RLIMIT_STACK, &rl), 0);
	rl.rlim_cur = 256 * 1024;
	CHECK_EQ(setrlimit(RLIMIT_STACK, &rl), 0);
	ss.ss_sp = malloc(ss.ss_size);
	CHECK_EQ(sigaltstack(&ss, NULL), 0);
	CHECK_EQ(sigaction(SIGSEGV, &sa, NULL), 0);
	for (int i = 0; i < 5; i++) {
		if (sigsetjmp(back, 1) == 0) {
			dive(0);
			CHECK_FAIL("the stack has no end");
		}
		uintptr_t depth = (uintptr_t)&here - lowest;
		CHECK(depth > 200 * 1024 && depth < 256 * 1024);
		CHECK(lowest - fault_at < 2048);
		CHECK_EQ(sigaltstack(NULL, &ss), 0);
		CHECK_EQ(ss.ss_flags, 0);
	}
	/* There is no room for a frame on the overflowed stack itself. */
	CHECK_KILLED(no_alternate_stack, SIGILL);
	return 0;
}
