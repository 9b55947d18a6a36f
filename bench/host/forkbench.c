/* The host's side: forkbench NAME COUNT [MIB] prints the nanoseconds that one round takes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void
fork_once(void)
{
	pid_t pid = fork();
	if (pid == 0)
		_exit(0);
	waitpid(pid, NULL, 0);
}

static void
ping_pong(long n)
{
	int there[2], back[2];
	char c = 0;
	if (pipe(there) || pipe(back))
		exit(1);
	pid_t pid = fork();
	if (pid == 0) {
		for (long i = 0; i < n; i++)
			if (read(there[0], &c, 1) != 1 || write(back[1], &c, 1) != 1)
				_exit(1);
		_exit(0);
	}
	for (long i = 0; i < n; i++)
		if (write(there[1], &c, 1) != 1 || read(back[0], &c, 1) != 1)
			exit(1);
	waitpid(pid, NULL, 0);
}

int
main(int argc, char **argv)
{
	if (argc < 3)
		return 64;
	long n = atol(argv[2]);
	if (argc > 3) {
		size_t size = (size_t)atol(argv[3]) << 20;
		char *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (p == MAP_FAILED)
			return 1;
		madvise(p, size, MADV_NOHUGEPAGE); /* the guest has 4 KiB pages, too */
		for (size_t i = 0; i < size; i += 4096)
			p[i] = 1;
	}
	struct timespec a, b;
	clock_gettime(CLOCK_MONOTONIC, &a);
	if (strcmp(argv[1], "fork") == 0)
		for (long i = 0; i < n; i++)
			fork_once();
	else
		ping_pong(n);
	clock_gettime(CLOCK_MONOTONIC, &b);
	printf("%.0f\n", ((b.tv_sec - a.tv_sec) * 1e9 + (b.tv_nsec - a.tv_nsec)) / n);
	return 0;
}
