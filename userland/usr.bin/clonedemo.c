/*
 * clonedemo: choosing what a child shares with its parent, with __clone(2).
 *
 * fork copies everything, vfork shares the memory. __clone takes flags: the child may have the parent's memory
 * (CLONE_VM), its table of open files (CLONE_FILES), its directory and umask (CLONE_FS), its signal handlers
 * (CLONE_SIGHAND). Two that share all of these are nearly threads. A child that shares the memory runs beside the
 * parent, at the same time, so it needs a stack of its own.
 */
#include <sys/mman.h>
#include <sys/wait.h>
#include <err.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include "command.h"

#define STACK_SIZE (64 * 1024)

static const char usage[] = "usage: clonedemo\n";

static volatile int number;
static int file;

/* What each child does: change something of every kind. */
static int
child(void *unused)
{
	(void)unused;
	number = 2;
	close(file);
	if (chdir("/tmp") == -1)
		return 1;
	return 0;
}

static void
try(const char *name, int flags)
{
	char *stack = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0), directory[64];
	int status;
	pid_t pid;

	if (stack == MAP_FAILED)
		err(1, "mmap");
	number = 1;
	if (chdir("/") == -1 || (file = open("/dev/null", O_RDONLY)) == -1)
		err(1, "preparing");
	/* A stack grows down, so the child gets its upper end. The last flag is the signal that tells of its end. */
	pid = __clone(child, stack + STACK_SIZE, flags | SIGCHLD, NULL);
	if (pid == -1)
		err(1, "__clone");
	if (waitpid(pid, &status, 0) == -1)
		err(1, "waitpid");
	printf("%-24s number is %d, the file is %s, the directory is %s\n", name, number,
	    fcntl(file, F_GETFD) == -1 ? "closed" : "open", getcwd(directory, sizeof(directory)));
	close(file);
	munmap(stack, STACK_SIZE);
}

int
main(int argc, char **argv)
{
	answer_help(argc, argv, usage);
	if (argc > 1)
		usage_error(usage);
	printf("The child sets number to 2, closes the file and goes to /tmp. Afterwards, in the parent:\n");
	try("nothing shared", 0);
	try("CLONE_VM", CLONE_VM);
	try("CLONE_FILES", CLONE_FILES);
	try("CLONE_FS", CLONE_FS);
	try("all three", CLONE_VM | CLONE_FILES | CLONE_FS);
	return output_failed();
}
