/*
 * The parent stores to a page right before fork, so that its translation is cached as writable, and right after,
 * with no trap in between but the fork itself. The child must not see the second store. Says what it saw.
 */
#include <sys/syscall.h>

#include "../fork/baton.h"

static volatile char page[4096] __attribute__((aligned(4096)));

int
main(void)
{
	int status;
	pid_t pid;

	page[0] = 1;
	pid = syscall(SYS_fork);
	if (pid != 0)
		page[0] = 2;
	if (pid == 0)
		_exit(page[0]);
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status);
}
