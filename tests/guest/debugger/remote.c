/*
 * For gdb from another host: a loop that changes a variable, a fork after which both sides store to it, a vfork whose
 * child executes another program, a signal that is caught and one that kills. The argument says which.
 */
#include <sys/wait.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

volatile int shared = 1;
volatile int counter;
volatile double ratio = 0.5;

static void
caught(int signo)
{
	counter = signo;
}

int
work(int n)
{
	for (int i = 1; i <= n; i++)
		counter += i;
	ratio *= 2;
	return counter;
}

static int
forks(void)
{
	int status;
	pid_t pid;

	shared = 2;
	pid = fork();
	if (pid == 0) {
		shared = 3;
		work(3);
		_exit(7);
	}
	shared = 4;
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status) == 7 && shared == 4 ? 0 : 1;
}

static int
vforks(void)
{
	int status;
	pid_t pid = vfork();

	if (pid == 0) {
		execl("/bin/echo", "echo", "executed", NULL);
		_exit(1);
	}
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status);
}

int
main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	work(4);
	if (strcmp(what, "fork") == 0)
		return forks();
	if (strcmp(what, "vfork") == 0)
		return vforks();
	if (strcmp(what, "signal") == 0) {
		signal(SIGUSR1, caught);
		raise(SIGUSR1);
		return counter == SIGUSR1 ? 0 : 1;
	}
	if (strcmp(what, "crash") == 0)
		*(volatile int *)16 = 1;
	if (strcmp(what, "spin") == 0)
		for (;;)
			counter++;
	printf("counter %d\n", counter);
	return 0;
}
