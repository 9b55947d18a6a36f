/*
 * What reaches a program from outside: it answers each line of its input; SIGINT makes it say so, and compute on;
 * "spin" computes until SIGINT comes, "status N" ends it. How much it computed shows where the signal came.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t interrupts;

static void
interrupted(int signo)
{
	(void)signo;
	interrupts++;
}

int
main(void)
{
	char line[200];
	unsigned long turns = 0;

	signal(SIGINT, interrupted);
	printf("ready %d\n", isatty(0));
	fflush(stdout);
	for (;;) {
		int before = interrupts;
		ssize_t n = read(0, line, sizeof line - 1);

		if (n <= 0)
			break;
		line[n] = 0;
		if (strncmp(line, "spin", 4) == 0) {
			printf("spinning\n");
			fflush(stdout);
			while (interrupts == before)
				turns++;
			printf("interrupted after %lu turns\n", turns);
		} else if (strncmp(line, "status ", 7) == 0)
			return atoi(line + 7);
		else
			printf("%zd bytes: %s", n, line);
		fflush(stdout);
	}
	fprintf(stderr, "end of input\n");
	return 9;
}
