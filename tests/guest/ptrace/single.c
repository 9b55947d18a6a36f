/* One LWP goes on while the others of a traced process stay where they are (PT_CONTINUE with -lid; spec E ptrace(2)). */
#include <lwp.h>
#include <pthread.h>

#include "tracing.h"

static volatile int counter;

static void *
count(void *arg)
{
	for (;;)
		counter += _lwp_self() > 0;	/* a call takes the most time for the least work */
	return arg;
}

int
main(void)
{
	int before, status;
	pid_t pid = fork();

	if (pid == 0) {
		pthread_t t;

		if (ptrace(PT_TRACE_ME, 0, NULL, 0) != 0 || pthread_create(&t, NULL, count, NULL) != 0)
			_exit(1);
		usleep(15000);
		raise(SIGUSR1);
		usleep(15000);
		raise(SIGUSR2);
		usleep(15000);
		raise(SIGUSR1);
		for (;;)
			pause();
	}
	expect_stop(pid, SIGUSR1);
	before = ptrace(PT_READ_D, pid, (void *)(uintptr_t)&counter, 0);
	CHECK(before > 0);
	CHECK_ERRNO(ptrace(PT_CONTINUE, pid, (void *)1, -12345), ESRCH);
	go_on(pid, -pid);
	expect_stop(pid, SIGUSR2);
	CHECK_EQ(ptrace(PT_READ_D, pid, (void *)(uintptr_t)&counter, 0), before);
	go_on(pid, 0);
	expect_stop(pid, SIGUSR1);
	CHECK(ptrace(PT_READ_D, pid, (void *)(uintptr_t)&counter, 0) != before);
	/* All of them end by SIGKILL, those that stand still too. */
	go_on(pid, -pid);
	CHECK_EQ(waitpid(pid, &status, WNOHANG), 0);
	CHECK_EQ(kill(pid, SIGKILL), 0);
	expect_killed(pid, SIGKILL);
	return 0;
}
