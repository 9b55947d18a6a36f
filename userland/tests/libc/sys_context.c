/* User contexts. */
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#include "../check.h"

#define STACK 32768

static ucontext_t back, work;
static volatile int step;
static double fraction = 0.5;

static void
ten_arguments(int a, int b, int c, int d, int e, int f, int g, int h, int i, int j)
{
	double local = fraction * 3;

	CHECK_EQ(a + b * 2 + c * 3 + d * 4 + e * 5 + f * 6 + g * 7 + h * 8 + i * 9 + j * 10, 385);
	step = 1;
	CHECK_EQ(swapcontext(&work, &back), 0);
	CHECK(local == 1.5);
	step = 2;
}

static void
test_switching(void)
{
	CHECK_EQ(getcontext(&work), 0);
	work.uc_stack.ss_sp = malloc(STACK);
	work.uc_stack.ss_size = STACK;
	work.uc_link = &back;
	makecontext(&work, (void (*)(void))ten_arguments, 10, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
	CHECK_EQ(swapcontext(&back, &work), 0);
	CHECK_EQ(step, 1);
	/* The second time it returns, and the link leads back. */
	CHECK_EQ(swapcontext(&back, &work), 0);
	CHECK_EQ(step, 2);
}

static void
test_getcontext_twice(void)
{
	volatile int passes = 0;
	ucontext_t uc;

	CHECK_EQ(getcontext(&uc), 0);
	if (++passes < 3)
		setcontext(&uc);
	CHECK_EQ(passes, 3);
}

static void
leave(void)
{
	step = 3;
}

/* Without a link, the end of the function is the end of the process. */
static void
test_no_link(void)
{
	ucontext_t uc;
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		getcontext(&uc);
		uc.uc_stack.ss_sp = malloc(STACK);
		uc.uc_stack.ss_size = STACK;
		uc.uc_link = NULL;
		makecontext(&uc, leave, 0);
		setcontext(&uc);
		_exit(9);
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 0);
}

int
main(void)
{
	test_getcontext_twice();
	test_switching();
	test_no_link();
	return 0;
}
