/*
 * fork without memory: ENOMEM, and nothing has changed. The test outside lets an allocation fail after each mark:
 * the first, the second, and so on.
 */
#include <sys/mman.h>
#include <sys/syscall.h>

#include "../cow/mark.h"
#include "baton.h"

#define PAGE 4096

static volatile int data = 1;

int
main(void)
{
	volatile char *shared = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANON, -1, 0);
	volatile char *far = mmap((void *)0x1000000000, 2 * PAGE, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANON | MAP_FIXED, -1, 0);
	volatile char *given = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
	int failures = 0;

	shared[0] = far[0] = given[0] = 1;
	CHECK_EQ(minherit((void *)given, 2 * PAGE, MAP_INHERIT_SHARE), 0);
	for (int i = 0; i < 40; i++) {
		pid_t pid;

		mark(i, NULL);
		pid = syscall(i % 3 == 0 ? SYS_fork : i % 3 == 1 ? 66 : SYS_fork);
		if (pid == 0)
			_exit(data != i + 1 || far[0] != 1);
		if (pid == -1) {
			CHECK_EQ(errno, ENOMEM);
			CHECK_ERRNO(waitpid(-1, NULL, WNOHANG), ECHILD);
			failures++;
		} else
			expect_exit(pid, 0);
		CHECK_EQ(far[0] + shared[0] + given[0], 3);
		data++;
	}
	mark(1000 + failures, NULL);
	return 0;
}
