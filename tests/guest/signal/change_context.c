/* What a handler changes in its context takes effect when it returns: pc, registers, FP registers, mask. */
#include <signal.h>
#include <stdint.h>
#include <ucontext.h>

#include "check.h"

uint64_t trap_returning(void);
double trap_returning_double(double);

__asm__(
"	.text\n	.option norvc\n"
"	.globl	trap_returning\n"
"trap_returning:\n"
"	li	a0, 1\n"
"	ebreak\n"
"	.globl	trap_returning_double\n"
"trap_returning_double:\n"
"	fadd.d	fa0, fa0, fa0\n"
"	ebreak\n"
"	.option rvc\n"
);

static sigset_t mask_wanted;

static void
to_return_address(int signo, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;

	(void)signo;
	(void)info;
	uc->uc_mcontext.__gregs[_REG_PC] = uc->uc_mcontext.__gregs[_REG_RA];
	uc->uc_mcontext.__gregs[_REG_A0] = 0x123456789abcdef0;
	uc->uc_mcontext.__fregs[10].u_d *= 10;	/* fa0 */
	uc->uc_sigmask = mask_wanted;
}

int
main(void)
{
	struct sigaction sa = { .sa_sigaction = to_return_address, .sa_flags = SA_SIGINFO };
	sigset_t now;

	CHECK_EQ(sigaction(SIGTRAP, &sa, NULL), 0);
	sigemptyset(&mask_wanted);
	sigaddset(&mask_wanted, SIGUSR1);
	sigaddset(&mask_wanted, SIGKILL);
	sigaddset(&mask_wanted, SIGSTOP);
	sigaddset(&mask_wanted, SIGRTMAX);
	CHECK_EQ(trap_returning(), 0x123456789abcdef0);
	CHECK_EQ(sigprocmask(SIG_BLOCK, NULL, &now), 0);
	for (int s = 1; s < 64; s++)
		CHECK_EQ(sigismember(&now, s), s == SIGUSR1 || s == SIGRTMAX);
	CHECK(trap_returning_double(1.25) == 25.0);
	return 0;
}
