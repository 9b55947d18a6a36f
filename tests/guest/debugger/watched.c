/* Memory that changes in many ways: by the program, by a call of the kernel, across fork's copying, in a frame. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

int shared = 1;
char buffer[16];

/* The local variable goes with the frame. */
static int sum_to(int n)
{
	int sum = 0;

	for (int i = 1; i <= n; i++)
		sum += i;
	return sum;
}

int main(void)
{
	int fds[2];

	pipe(fds);
	write(fds[1], "abcdefgh", 8);
	read(fds[0], buffer, 8);
	if (fork() == 0) {
		shared = 50;
		_exit(0);
	}
	wait(NULL);
	shared = 2;
	int total = sum_to(3);
	for (int i = 0; i < 100000; i++)
		shared++;
	printf("%d %d %s\n", shared, total, buffer);
	return 0;
}
