/* While its parent waits a vfork child comes before others that could run (spec C.16); a child of fork comes last. */
#include <sys/mman.h>
#include <sys/syscall.h>
#include <signal.h>

#include "baton.h"

#define TIMES	40

static volatile long *shared;	/* 0: the others' turns; 1: what the child saw */

static pid_t
make(int number)
{
	switch (number) {
	case 66:
		return syscall(66);
	case SYS___vfork14:
		return vfork();
	default:
		return fork();
	}
}

/* In how many of the children's first moments none of the others had had a turn since the call. */
static int
firsts(int number)
{
	int n = 0;

	for (int i = 0; i < TIMES; i++) {
		long before = shared[0];
		pid_t pid = make(number);

		if (pid == 0) {
			shared[1] = shared[0];
			_exit(0);
		}
		expect_exit(pid, 0);
		n += shared[1] == before;
	}
	return n;
}

int
main(void)
{
	pid_t others[2];

	shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANON, -1, 0);
	CHECK(shared != MAP_FAILED);
	for (int i = 0; i < 2; i++) {
		others[i] = fork();
		if (others[i] == 0)
			for (;;) {
				shared[0]++;
				sched_yield();
			}
	}
	UNTIL(shared[0] > 4);
	/* Now and then this process's own turn ends in between. */
	CHECK(firsts(66) > TIMES / 2);
	CHECK(firsts(SYS___vfork14) > TIMES / 2);
	CHECK(firsts(SYS_fork) < TIMES / 2);
	for (int i = 0; i < 2; i++) {
		CHECK_EQ(kill(others[i], SIGKILL), 0);
		expect_signal(others[i], SIGKILL);
	}
	return 0;
}
