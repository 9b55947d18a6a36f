/* sigaltstack(2): where handlers run, nested ones, what may be changed when, and what the context says. */
#include <sys/mman.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <ucontext.h>

#include "child.h"

static char *base;
enum { SIZE = 65536 };

static int
on_alternate(const void *p)
{
	return (const char *)p >= base && (const char *)p < base + SIZE;
}

static volatile int calls, where[8], flags_inside[8], setstack[8];

static void
note(int signo, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;
	stack_t now;
	int me = calls++;

	(void)info;
	where[me] = on_alternate(&now);
	CHECK_EQ(sigaltstack(NULL, &now), 0);
	flags_inside[me] = now.ss_flags;
	setstack[me] = (uc->uc_flags & _UC_SETSTACK) != 0;
	if (signo == SIGUSR1) {
		stack_t other = { .ss_sp = base, .ss_size = SIZE, .ss_flags = SS_DISABLE };

		/* The top of the stack: the frame lies at its very end. */
		CHECK_EQ((uintptr_t)info, ((uintptr_t)base + SIZE - 768) & ~15ul);
		CHECK_ERRNO(sigaltstack(&other, NULL), EINVAL);
		raise(SIGUSR2);
		raise(SIGHUP);
	}
}

int
main(void)
{
	struct sigaction sa = { .sa_sigaction = note, .sa_flags = SA_SIGINFO | SA_ONSTACK };
	stack_t ss, old;

	/* None to begin with. */
	CHECK_EQ(sigaltstack(NULL, &old), 0);
	CHECK_EQ(old.ss_flags, SS_DISABLE);

	base = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_ANON | MAP_PRIVATE, -1, 0);
	CHECK(base != MAP_FAILED);
	ss = (stack_t){ .ss_sp = base, .ss_size = MINSIGSTKSZ - 1 };
	CHECK_ERRNO(sigaltstack(&ss, NULL), ENOMEM);
	ss.ss_size = 0;
	CHECK_ERRNO(sigaltstack(&ss, NULL), ENOMEM);
	ss.ss_size = SIZE;
	ss.ss_flags = 2;
	CHECK_ERRNO(sigaltstack(&ss, NULL), EINVAL);
	ss.ss_flags = -1;
	CHECK_ERRNO(sigaltstack(&ss, NULL), EINVAL);
	CHECK_EQ(sigaltstack(NULL, &old), 0);
	CHECK_EQ(old.ss_flags, SS_DISABLE);
	ss.ss_flags = 0;
	ss.ss_size = MINSIGSTKSZ;
	CHECK_EQ(sigaltstack(&ss, NULL), 0);
	ss.ss_size = SIZE;
	CHECK_EQ(sigaltstack(&ss, &old), 0);
	CHECK_EQ(old.ss_size, MINSIGSTKSZ);
	CHECK(old.ss_sp == base);
	CHECK_EQ(old.ss_flags, 0);

	/* A handler on it; in it, one with SA_ONSTACK and one without: both stay there. */
	CHECK_EQ(sigaction(SIGUSR1, &sa, NULL), 0);
	CHECK_EQ(sigaction(SIGUSR2, &sa, NULL), 0);
	sa.sa_flags = SA_SIGINFO;
	CHECK_EQ(sigaction(SIGHUP, &sa, NULL), 0);
	CHECK_EQ(raise(SIGUSR1), 0);
	CHECK_EQ(calls, 3);
	for (int i = 0; i < 3; i++) {
		CHECK_EQ(where[i], 1);
		CHECK_EQ(flags_inside[i], SS_ONSTACK);
		CHECK_EQ(setstack[i], i > 0);	/* only a nested one returns to the alternate stack */
	}
	CHECK_EQ(sigaltstack(NULL, &old), 0);
	CHECK_EQ(old.ss_flags, 0);

	/* Without SA_ONSTACK: the main stack. */
	calls = 0;
	CHECK_EQ(raise(SIGHUP), 0);
	CHECK_EQ(where[0], 0);
	CHECK_EQ(flags_inside[0], 0);

	/* Disabled: the main stack. The rest of a disabling request does not matter. */
	ss.ss_flags = SS_DISABLE;
	ss.ss_size = 1;
	CHECK_EQ(sigaltstack(&ss, NULL), 0);
	calls = 0;
	CHECK_EQ(raise(SIGUSR2), 0);
	CHECK_EQ(where[0], 0);
	CHECK_EQ(sigaltstack(NULL, &old), 0);
	CHECK_EQ(old.ss_flags & SS_DISABLE, SS_DISABLE);

	/* Inherited by fork. */
	ss = (stack_t){ .ss_sp = base, .ss_size = SIZE };
	CHECK_EQ(sigaltstack(&ss, NULL), 0);
	pid_t pid = fork();
	if (pid == 0) {
		calls = 0;
		raise(SIGUSR2);
		_exit(where[0] != 1);
	}
	int status;
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 0);
	return 0;
}
