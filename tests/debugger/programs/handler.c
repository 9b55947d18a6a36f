#include <signal.h>
#include <stdio.h>
#include <unistd.h>
#include <string.h>
static volatile int seen;
static int depth(int n, const char *why)
{
	char local[32];
	snprintf(local, sizeof local, "%s-%d", why, n);
	if (n == 0) {
		kill(getpid(), SIGUSR1);
		return (int)strlen(local);
	}
	return depth(n - 1, why) + n;
}
static void handler(int signo)
{
	seen = signo;
	write(1, "caught\n", 7);
}
int main(int argc, char **argv)
{
	signal(SIGUSR1, handler);
	double ratio = argc / 3.0;
	int total = depth(3, "down");
	printf("%d %f\n", total, ratio);
	return 0;
}
