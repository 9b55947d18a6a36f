/*
 * vforkdemo: how vfork(2) differs from fork(2).
 *
 * vfork lends the parent's memory to the child instead of copying it, and makes the parent wait until the child
 * gives it back, by exec or by _exit. It was invented when fork copied everything at once, for the many children
 * whose first act is an exec; it is still the cheaper way to start a program.
 *
 * The price: what the child writes, the parent finds changed. This program does what one should not do, to show it.
 */
#include <sys/wait.h>
#include <err.h>
#include <unistd.h>

#include "command.h"

static const char usage[] = "usage: vforkdemo\n";

static void
finish(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) == -1)
		err(1, "waitpid");
}

int
main(int argc, char **argv)
{
	/* volatile, so that the compiler does not keep it in a register, which each of the two has for itself. */
	volatile int number = 1;
	pid_t pid;

	answer_help(argc, argv, usage);
	if (argc > 1)
		usage_error(usage);

	pid = fork();
	if (pid == -1)
		err(1, "fork");
	if (pid == 0) {
		number = 2;	/* the child's own number */
		_exit(0);
	}
	finish(pid);
	printf("after fork, when the child has set number to 2, it is %d here\n", number);

	pid = vfork();
	if (pid == -1)
		err(1, "vfork");
	if (pid == 0) {
		number = 3;	/* there is only one number */
		/*
		 * Until here the parent stands still, in the middle of vfork. It must not be exit: that would
		 * flush and close the parent's files. And never return from the function that called vfork: the
		 * stack is the parent's, too, and it would find its own frame gone.
		 */
		_exit(0);
	}
	printf("after vfork, when the child has set number to 3, it is %d here\n", number);
	finish(pid);

	/* What it is for: the child becomes another program at once, and the parent goes on. */
	printf("and now the child becomes echo:\n");
	fflush(stdout);
	pid = vfork();
	if (pid == -1)
		err(1, "vfork");
	if (pid == 0) {
		execl("/bin/echo", "echo", "hello from another program", (char *)NULL);
		_exit(127);
	}
	finish(pid);
	return output_failed();
}
