/*
 * The same work for any Unix: peer NAME COUNT [MIB] prints nanoseconds per round. Compiled for the host, and for
 * Linux/riscv64 to run under an emulator.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
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
	for (long i = 0; i < n; i++) {
		int in = pid == 0 ? there[0] : back[0], out = pid == 0 ? back[1] : there[1];
		if ((pid != 0 && write(out, &c, 1) != 1) || read(in, &c, 1) != 1 || (pid == 0 && write(out, &c, 1) != 1))
			_exit(1);
	}
	if (pid == 0)
		_exit(0);
	waitpid(pid, NULL, 0);
}

static void
compute(long n)
{
	volatile unsigned long out;
	unsigned long x = 88172645463325252UL;
	for (long i = 0; i < n; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
	}
	out = x;
	(void)out;
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
		madvise(p, size, 15); /* MADV_NOHUGEPAGE: the guests have 4 KiB pages, too */
		for (size_t i = 0; i < size; i += 4096)
			p[i] = 1;
	}
	struct timespec a, b;
	clock_gettime(CLOCK_MONOTONIC, &a);
	if (strcmp(argv[1], "fork") == 0)
		for (long i = 0; i < n; i++)
			fork_once();
	else if (strcmp(argv[1], "pingpong") == 0)
		ping_pong(n);
	else if (strcmp(argv[1], "compute") == 0)
		compute(n);
	else
		for (long i = 0; i < n; i++)
			syscall(SYS_getppid);
	clock_gettime(CLOCK_MONOTONIC, &b);
	printf("%.1f\n", ((b.tv_sec - a.tv_sec) * 1e9 + (b.tv_nsec - a.tv_nsec)) / n);
	return 0;
}
