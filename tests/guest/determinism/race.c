/* Two processes that compute and write to one pipe, without ever waiting for each other. */
#include <sys/wait.h>
#include <unistd.h>

static void
run(int fd, char letter)
{
	for (int i = 0; i < 60; i++) {
		for (volatile int j = 0; j < 100 + i * 7 % 50; j++)
			continue;
		write(fd, &letter, 1);
	}
	_exit(0);
}

int
main(void)
{
	char buffer[256];
	ssize_t n;
	int fds[2];

	pipe(fds);
	if (fork() == 0)
		run(fds[1], 'a');
	if (fork() == 0)
		run(fds[1], 'b');
	close(fds[1]);
	while ((n = read(fds[0], buffer, sizeof(buffer))) > 0)
		write(1, buffer, (size_t)n);
	while (wait(NULL) > 0)
		continue;
	return 0;
}
