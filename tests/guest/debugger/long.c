/* A thousand million instructions and two hundred forks: how long it takes to go back in that. */
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>
int marked;
volatile unsigned long sink;
int main(void)
{
	unsigned long x = 1;
	for (int round = 0; round < 200; round++) {
		for (int i = 0; i < 1000000; i++) {
			x = x * 6364136223846793005UL + 1442695040888963407UL;
			x ^= x >> 7;
		}
		if (round == 100)
			marked = 7;
		pid_t pid = fork();
		if (pid == 0)
			_exit(0);
		waitpid(pid, NULL, 0);
	}
	sink = x;
	printf("%lu\n", x);
	return 0;
}
