/* The first program: after fork, parent and child have their own copy of everything. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int numbers[] = { 1, 2, 3 };

int
main(void)
{
	pid_t child = fork();
	if (child == -1) {
		perror("fork");
		return 1;
	}
	if (child == 0) {
		numbers[0] = 100;
		printf("child  %d: numbers are %d %d %d\n", getpid(), numbers[0], numbers[1], numbers[2]);
		exit(7);
	}

	int status;
	if (waitpid(child, &status, 0) != child) {
		perror("waitpid");
		return 1;
	}
	printf("parent %d: numbers are %d %d %d\n", getpid(), numbers[0], numbers[1], numbers[2]);
	printf("parent %d: child %d exited with %d\n", getpid(), child, WEXITSTATUS(status));
	return 0;
}
