/* A child stores to one of 300 pages that it shares with its parent. docs/debugging.md steps into the fault. */
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

char pages[300 * 4096];

int
main(void)
{
	for (int i = 0; i < 300; i++)
		pages[i * 4096] = 'p';
	if (fork() == 0) {
		char *mine = &pages[150 * 4096];
		*mine = 'c';
		_exit(0);
	}
	wait(NULL);
	return 0;
}
