/* Every other way to make a process: vfork and exec, and __clone. */
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static char stack[4096];

static int
cloned(void *argument)
{
	return *(int *)argument;
}

int
main(void)
{
	int five = 5, status;
	pid_t pid = vfork();

	if (pid == 0) {
		execl("/usr/bin/true", "true", (char *)NULL);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	pid = __clone(cloned, stack + sizeof(stack), SIGCHLD, &five);
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status) - 5;
}
