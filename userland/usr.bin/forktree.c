/*
 * forktree: a tree of processes, made by fork(2), and what becomes of it.
 *
 *	forktree		two levels, two children each
 *	forktree 3 2		three levels, two children each
 *
 * Every process runs the same function at the same place: fork returns twice, once in each process, and only
 * the value it returns tells them apart. The tree that is printed is the tree of calls - but each call returned
 * in a process of its own.
 */
#include <sys/wait.h>
#include <err.h>
#include <unistd.h>

#include "command.h"

static const char usage[] = "usage: forktree [depth [children]]\n";

static long children = 2;

/* Print a line that begins with the place in the tree. */
static void
say(long level, const char *what)
{
	printf("%*s%d: %s (parent %d)\n", (int)level * 2, "", getpid(), what, getppid());
	/*
	 * What is printed waits in this process's memory until the buffer is full. fork copies memory, the
	 * buffer in it, too: without this, the child would have the line as well, and print it once more.
	 */
	fflush(stdout);
}

/* What one process does: make its children, one after the other, and wait for each. */
static void
grow(long level, long depth)
{
	say(level, "here I am");
	for (long i = 0; level < depth && i < children; i++) {
		pid_t pid = fork();

		if (pid == -1)
			err(1, "fork");
		if (pid == 0) {
			/*
			 * The child. It has a copy of every variable: its `level` is another one than the
			 * parent's, although it has the same name and the same address.
			 */
			grow(level + 1, depth);
			_exit((int)i);	/* not exit: what else was to be done at the end is the parent's business */
		}
		/*
		 * The parent. The child that it waits for becomes a zombie when it ends: nothing but its exit
		 * status, kept until somebody asks. wait asks, and the zombie is gone.
		 */
		int status;

		if (waitpid(pid, &status, 0) == -1)
			err(1, "waitpid");
		printf("%*s%d: my child %d ended with status %d\n", (int)level * 2, "", getpid(), pid, WEXITSTATUS(status));
		fflush(stdout);
	}
}

int
main(int argc, char **argv)
{
	long depth = 2;

	answer_help(argc, argv, usage);
	if (argc > 3)
		usage_error(usage);
	if (argc > 1)
		depth = atol(argv[1]);
	if (argc > 2)
		children = atol(argv[2]);
	if (depth < 0 || depth > 8 || children < 0 || children > 8)
		errx(1, "up to 8 levels of up to 8 children, please");
	grow(0, depth);
	return output_failed();
}
