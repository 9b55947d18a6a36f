/*
 * cowdemo: memory that is copied when it is written to.
 *
 * fork gives the child a copy of all memory. Copying it at once would be a waste: most children write to very
 * little of it, or call exec and throw everything away. So parent and child share the pages, and nobody may write
 * to them; the first one who does faults, and the kernel makes the copy then, of this one page.
 *
 * Who looks at the clock, or counts the page faults, sees it. The kernel counts them for us: getrusage(2).
 */
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <err.h>
#include <unistd.h>

#include "command.h"

static const char usage[] = "usage: cowdemo [pages]\n";

static long
faults(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return u.ru_minflt + u.ru_majflt;
}

/* Do something with the first byte of each page; how many page faults that took. */
static long
touch(volatile char *memory, long pages, int value)
{
	long before = faults(), page_size = sysconf(_SC_PAGESIZE);

	for (long i = 0; i < pages; i++) {
		if (value == 0)
			(void)memory[i * page_size];	/* volatile: it is really read */
		else
			memory[i * page_size] = (char)value;
	}
	return faults() - before;
}

int
main(int argc, char **argv)
{
	long pages = argc > 1 ? atol(argv[1]) : 16, page_size = sysconf(_SC_PAGESIZE);
	char *memory;
	pid_t pid;
	int status;

	answer_help(argc, argv, usage);
	if (argc > 2 || pages < 1 || pages > 65536)
		usage_error(usage);
	memory = mmap(NULL, (size_t)(pages * page_size), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
	if (memory == MAP_FAILED)
		err(1, "mmap");

	/* Nothing is there yet: each page comes, full of zeroes, when it is first touched. */
	printf("parent: writing to %ld new pages took %ld faults\n", pages, touch(memory, pages, 'p'));
	printf("parent: writing to them again took %ld\n", touch(memory, pages, 'P'));
	fflush(stdout);

	pid = fork();
	if (pid == -1)
		err(1, "fork");
	if (pid == 0) {
		/* To read a shared page is allowed... */
		printf("child: reading the %ld pages took %ld faults\n", pages, touch(memory, pages, 0));
		/* ...to write to it is not, and so each page faults once, and is copied. */
		printf("child: writing to half of them took %ld\n", touch(memory, pages / 2, 'c'));
		printf("child: my memory begins with '%c' now\n", memory[0]);
		exit(0);
	}
	if (waitpid(pid, &status, 0) == -1)
		err(1, "waitpid");

	/* The child wrote to its own copies: ours are as they were. */
	printf("parent: mine still begins with '%c'\n", memory[0]);
	/*
	 * The child is gone, and nobody else has these pages any more. The kernel still has to be asked for the
	 * right to write, for they are still marked; but no page needs to be copied: they are taken over.
	 */
	printf("parent: writing to all of them took %ld faults\n", touch(memory, pages, 'p'));
	return output_failed();
}
