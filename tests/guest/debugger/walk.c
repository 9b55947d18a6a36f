/* A walk through calls, a loop, memory, input, a fault and a fork, for the debugger's sessions. */
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

int counter;
char line[80];

void in_child(void) { _exit(3); }

/* The line numbers are in the tests. */
int add(int a, int b)
{
	int sum = a + b;
	return sum;
}

/* A store to an address that is not mapped. */
static void crash(void)
{
	volatile int *nowhere = (int *)8;

	counter = 1;
	*nowhere = counter;
}

/* argv[1] chooses: crash, read. */
int main(int argc, char **argv)
{
	int total = 0;
	for (int i = 0; i < 5; i++) {
		total = add(total, i);
		counter++;
	}
	printf("total %d\n", total);
	int status = 0;
	pid_t pid = fork();
	if (pid == 0) {
		in_child();
	}
	waitpid(pid, &status, 0);
	if (argc > 1 && !strcmp(argv[1], "crash"))
		crash();
	if (argc > 1 && !strcmp(argv[1], "read")) {
		if (fgets(line, sizeof line, stdin) == NULL)
			return 1;
		printf("got %s", line);
	}
	return 0;
}
