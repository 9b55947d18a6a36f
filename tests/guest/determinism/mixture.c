/* A bit of everything that could tell one run from another; prints what it came to. */
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static volatile int alarms;

static void on_alarm(int signo) { alarms++; }

static int
compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
work(int me)
{
	char *words[64], line[128];
	double x = me;
	int fd;

	for (int i = 0; i < 64; i++) {
		words[i] = malloc(16 + (size_t)i);
		snprintf(words[i], 16, "%08x", (unsigned)(i * 2654435761u) ^ arc4random_uniform(1000));
		x = x * 1.0001 + 1 / (x + 1);
	}
	qsort(words, 64, sizeof(words[0]), compare);
	fd = open("/tmp/log", O_WRONLY | O_CREAT | O_APPEND, 0644);
	snprintf(line, sizeof(line), "%d %s %.10g %ld\n", me, words[31], x, (long)time(NULL));
	write(fd, line, strlen(line));
	close(fd);
	for (int i = 0; i < 64; i++)
		free(words[i]);
}

int
main(void)
{
	struct itimerval timer = { { 0, 100 }, { 0, 100 } };
	struct timespec now;
	char buffer[4096];
	ssize_t n;
	int fds[2];

	signal(SIGALRM, on_alarm);
	setitimer(ITIMER_REAL, &timer, NULL);
	pipe(fds);
	for (int i = 0; i < 6; i++) {
		if ((i % 3 == 2 ? vfork() : fork()) == 0) {
			char letter = (char)('a' + i);

			if (i % 3 == 2)
				_exit(i);
			for (int j = 0; j < 5; j++) {
				work(i);
				write(fds[1], &letter, 1);
			}
			_exit(i);
		}
	}
	close(fds[1]);
	while ((n = read(fds[0], buffer, sizeof(buffer))) > 0 || (n < 0 && alarms))
		if (n > 0)
			write(1, buffer, (size_t)n);
	for (int i = 0; i < 6; i++) {
		int status;
		pid_t pid = wait(&status);

		printf(" %d:%d", pid, WEXITSTATUS(status));
	}
	clock_gettime(CLOCK_MONOTONIC, &now);
	printf(" alarms %d, %ld ns\n", alarms, now.tv_nsec);
	fflush(stdout);
	fds[0] = open("/tmp/log", O_RDONLY);
	while ((n = read(fds[0], buffer, sizeof(buffer))) > 0)
		write(1, buffer, (size_t)n);
	return 0;
}
