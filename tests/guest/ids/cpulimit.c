/*
 * RLIMIT_CPU: SIGXCPU when the soft limit is reached, SIGKILL at the hard one.
 */
#include <sys/types.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <signal.h>
#include <unistd.h>

#include "check.h"

static volatile int warned;

static void
on_xcpu(int signo)
{
	(void)signo;
	warned++;
}

/* Compute, for no more than a tenth of a second. */
static void
compute(void)
{
	for (long i = 0; i < 30000000 && !warned; i++)
		continue;
}

static int
child(rlim_t soft, rlim_t hard, int handle)
{
	struct rlimit rl = { soft, hard };
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (handle)
			signal(SIGXCPU, on_xcpu);
		if (setrlimit(RLIMIT_CPU, &rl) != 0)
			_exit(99);
		compute();
		if (getrlimit(RLIMIT_CPU, &rl) != 0)
			_exit(98);
		_exit(warned ? (int)rl.rlim_cur : 97);
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	return status;
}

int
main(void)
{
	int status = child(0, 100, 0);

	CHECK(WIFSIGNALED(status));
	CHECK_EQ(WTERMSIG(status), SIGXCPU);
	status = child(0, 100, 1);	/* who goes on is warned again five seconds later */
	CHECK(WIFEXITED(status));
	CHECK_EQ(WEXITSTATUS(status), 5);
	status = child(0, 0, 1);
	CHECK(WIFSIGNALED(status));
	CHECK_EQ(WTERMSIG(status), SIGKILL);
	status = child(50, 100, 1);
	CHECK_EQ(WEXITSTATUS(status), 97);
	return 0;
}
