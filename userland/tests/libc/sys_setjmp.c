/* Jumps: what is kept, what is restored, and the alternate stack left behind. */
#include <setjmp.h>
#include <signal.h>
#include <unistd.h>

#include "../check.h"

static jmp_buf plain;
static sigjmp_buf masked;
static volatile int entered;

static __attribute__((__noinline__)) void
jump(int value)
{
	_longjmp(plain, value);
}

static void
test_plain(void)
{
	double d = 1.5 * entered + 2.5;
	long a = 11, b = 22;
	volatile int passes = 0;
	int got;

	got = _setjmp(plain);
	passes++;
	if (passes == 1)
		jump(0);
	CHECK_EQ(got, passes == 2 ? 1 : 7);
	if (passes == 2)
		jump(7);
	CHECK_EQ(passes, 3);
	CHECK(d == 2.5);
	CHECK_EQ(a + b, 33);
}

static int
blocked(int signo)
{
	sigset_t set;

	CHECK_EQ(sigprocmask(SIG_BLOCK, NULL, &set), 0);
	return sigismember(&set, signo);
}

static void
handler(int signo)
{
	char here;
	stack_t st;

	(void)signo;
	CHECK_EQ(sigaltstack(NULL, &st), 0);
	CHECK(st.ss_flags & SS_ONSTACK);
	CHECK(&here >= (char *)st.ss_sp && &here < (char *)st.ss_sp + st.ss_size);
	CHECK_EQ(blocked(SIGUSR1), 1);
	entered++;
	siglongjmp(masked, entered);
}

static void
test_alternate_stack(void)
{
	struct sigaction sa = { .sa_handler = handler, .sa_flags = SA_ONSTACK };
	stack_t st = { .ss_sp = malloc(SIGSTKSZ), .ss_size = SIGSTKSZ }, now;
	int got;

	CHECK_EQ(sigaltstack(&st, NULL), 0);
	CHECK_EQ(sigaction(SIGUSR1, &sa, NULL), 0);
	got = sigsetjmp(masked, 1);
	CHECK_EQ(got, entered);
	CHECK_EQ(blocked(SIGUSR1), 0);
	CHECK_EQ(sigaltstack(NULL, &now), 0);
	CHECK_EQ(now.ss_flags & SS_ONSTACK, 0);
	if (entered < 3)
		raise(SIGUSR1);
	CHECK_EQ(entered, 3);
}

static void
test_mask(void)
{
	sigset_t set;
	jmp_buf with_mask;
	volatile int passes = 0;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	sigprocmask(SIG_BLOCK, &set, NULL);
	(void)setjmp(with_mask);
	passes++;
	CHECK_EQ(blocked(SIGUSR2), 1);
	if (passes == 1) {
		sigprocmask(SIG_UNBLOCK, &set, NULL);
		longjmp(with_mask, 1);
	}
	(void)sigsetjmp(masked, 0);
	passes++;
	if (passes == 3) {
		sigprocmask(SIG_UNBLOCK, &set, NULL);
		siglongjmp(masked, 1);
	}
	CHECK_EQ(blocked(SIGUSR2), 0);
}

int
main(void)
{
	test_plain();
	test_mask();
	test_alternate_stack();
	return 0;
}
