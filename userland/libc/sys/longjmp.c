/*
 * longjmp with a signal mask.
 *
 * One setcontext(2) changes registers, mask and stack state together. With sigprocmask(2) first and a jump
 * after it, a signal unblocked by the first would be handled in the context that is being left.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>

#include "jmpbuf.h"

void __longjmp14_(long long *, int) __asm("__longjmp14") __dead;
void __siglongjmp14_(long long *, int) __asm("__siglongjmp14") __dead;

void
longjmperror(void)
{
	static const char message[] = "longjmp botch.\n";

	(void)write(STDERR_FILENO, message, sizeof(message) - 1);
}

/*
 * A handler on the alternate stack that jumps out of it leaves the stack free for the next signal, and the
 * kernel has to be told; one that jumps within it does not.
 */
static unsigned int
stack_flag(uintptr_t sp)
{
	stack_t now;

	if (sigaltstack(NULL, &now) == -1 || (now.ss_flags & SS_ONSTACK) == 0)
		return 0;
	if (sp - (uintptr_t)now.ss_sp <= now.ss_size)
		return 0;
	return _UC_CLRSTACK;
}

void
__longjmp14_(long long *env, int value)
{
	static const unsigned char saved_s[] = {
		_REG_S0, _REG_S1, _REG_S2, _REG_S3, _REG_S4, _REG_S5,
		_REG_S6, _REG_S7, _REG_S8, _REG_S9, _REG_S10, _REG_S11,
	};
	static const unsigned char saved_fs[] = { 8, 9, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27 };
	ucontext_t uc;
	__greg_t *gr = uc.uc_mcontext.__gregs;
	size_t i;

	if (env[_JB_MAGIC] == JB_MAGIC_PLAIN)
		_longjmp(env, value);
	if (env[_JB_MAGIC] != JB_MAGIC_MASK) {
		longjmperror();
		abort();
	}

	memset(&uc, 0, sizeof(uc));
	uc.uc_flags = _UC_SIGMASK | _UC_CPU | _UC_FPU | stack_flag((uintptr_t)env[_JB_SP]);
	memcpy(&uc.uc_sigmask, &env[_JB_SIGMASK], sizeof(uc.uc_sigmask));
	gr[_REG_PC] = gr[_REG_RA] = env[_JB_RA];
	gr[_REG_SP] = env[_JB_SP];
	gr[_REG_GP] = env[_JB_GP];
	gr[_REG_TP] = (__greg_t)__builtin_thread_pointer();
	gr[_REG_A0] = value == 0 ? 1 : value;
	for (i = 0; i < sizeof(saved_s); i++)
		gr[saved_s[i]] = env[_JB_S0 + i];
	for (i = 0; i < sizeof(saved_fs); i++)
		memcpy(&uc.uc_mcontext.__fregs[saved_fs[i]], &env[_JB_FS0 + i], sizeof(double));
	uc.uc_mcontext.__fregs[_REG_FPCSR].u_u64 = env[_JB_FCSR];
	setcontext(&uc);
	abort();
}

__strong_alias(__siglongjmp14, __longjmp14)
