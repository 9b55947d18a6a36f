/*
 * The guest's side of the benchmark: work NAME COUNT [MIB] does something COUNT times. The host measures two
 * counts and takes the difference, so what it takes to start does not matter.
 */
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static char *resident;
static size_t resident_size;

static void
touch_resident(void)
{
	resident = mmap(NULL, resident_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
	if (resident == MAP_FAILED) {
		perror("mmap");
		exit(2);
	}
	for (size_t i = 0; i < resident_size; i += 4096)
		resident[i] = 1;
}

#define XORSHIFT(x)	((x) ^= (x) << 13, (x) ^= (x) >> 7, (x) ^= (x) << 17)

/* The clock counts blocks, so their size matters: a loop of 8 instructions, and one of 26. */
static void
compute(long n, int steps)
{
	volatile unsigned long out;
	unsigned long x = 88172645463325252UL;
	if (steps == 1)
		for (long i = 0; i < n; i++)
			XORSHIFT(x);
	else
		for (long i = 0; i < n; i += 4) {
			XORSHIFT(x);
			XORSHIFT(x);
			XORSHIFT(x);
			XORSHIFT(x);
		}
	out = x;
	(void)out;
}

static void
getpid_loop(long n)
{
	for (long i = 0; i < n; i++)
		getpid();
}

/* The host takes the time between two marks, where more goes on than is to be measured. */
static void
mark(void)
{
	write(STDOUT_FILENO, "|", 1);
}

/* The first round is for the host, which has to find memory for the machine's frames; the others count. */
static void
zero_faults(long n)
{
	for (long done = 0; done <= n; done += 256) {
		char *p = mmap(NULL, 256 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
		if (done > 0)
			mark();
		for (int i = 0; i < 256; i++)
			p[i * 4096] = 1;
		if (done > 0)
			mark();
		munmap(p, 256 * 4096);
	}
}

static void
wait_for(pid_t pid)
{
	int status;
	if (waitpid(pid, &status, 0) != pid || status != 0)
		exit(3);
}

/* Rounds of 256 pages, shared with a child that waits. */
static void
cow_breaks(long n)
{
	char *p = mmap(NULL, 256 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
	for (int i = 0; i < 256; i++)
		p[i * 4096] = 1;
	for (long done = 0; done <= n; done += 256) {
		int gate[2];
		pipe(gate);
		pid_t pid = fork();
		if (pid == 0) {
			char c;
			close(gate[1]);
			read(gate[0], &c, 1);
			_exit(0);
		}
		if (done > 0)
			mark();
		for (int i = 0; i < 256; i++)
			p[i * 4096] = 2;
		if (done > 0)
			mark();
		close(gate[0]);
		close(gate[1]);
		wait_for(pid);
	}
}

/* A first fork, which finds the tables as they were made, is not measured. */
static void
fork_loop(long n)
{
	for (long i = 0; i <= n; i++) {
		if (i == 1)
			mark();
		pid_t pid = fork();
		if (pid == 0)
			_exit(0);
		wait_for(pid);
	}
	mark();
}

static void
vfork_loop(long n)
{
	for (long i = 0; i < n; i++) {
		pid_t pid = vfork();
		if (pid == 0)
			_exit(0);
		wait_for(pid);
	}
}

static void
fork_exec_loop(long n, char *self)
{
	char *argv[] = { self, "nothing", "0", NULL };
	for (long i = 0; i < n; i++) {
		pid_t pid = fork();
		if (pid == 0) {
			execve(self, argv, argv + 3);
			_exit(127);
		}
		wait_for(pid);
	}
}

static void
ping_pong(long n)
{
	int there[2], back[2];
	char c = 0;
	pipe(there);
	pipe(back);
	pid_t pid = fork();
	if (pid == 0) {
		for (long i = 0; i < n; i++) {
			read(there[0], &c, 1);
			write(back[1], &c, 1);
		}
		_exit(0);
	}
	for (long i = 0; i < n; i++) {
		write(there[1], &c, 1);
		read(back[0], &c, 1);
	}
	wait_for(pid);
}

/* Parent or child stores to every resident page after the fork. A first round is not measured. */
static void
write_all(long n, int by_child)
{
	for (long i = 0; i <= n; i++) {
		if (i == 1)
			mark();
		pid_t pid = fork();
		if (pid == 0) {
			if (by_child)
				for (size_t j = 0; j < resident_size; j += 4096)
					resident[j]++;
			_exit(0);
		}
		if (!by_child)
			for (size_t j = 0; j < resident_size; j += 4096)
				resident[j]++;
		wait_for(pid);
	}
	mark();
}

#define SOME	1000

/* n processes live at once. Marks: some are made, and the last of them; some end by a signal, and the last. */
static void
live_processes(long n)
{
	pid_t *pids = malloc(n * sizeof(*pids));
	int gate[2];
	char c;
	pipe(gate);
	for (long i = 0; i < n; i++) {
		if (i == 0 || i == n - SOME)
			mark();
		pids[i] = fork();
		if (pids[i] == 0) {
			read(gate[0], &c, 1);
			_exit(1);
		}
		if (pids[i] < 0)
			exit(4);
		sched_yield();
		if (i == SOME - 1 || i == n - 1)
			mark();
	}
	for (long i = 0; i < n; i++) {
		if (i == 0 || i == n - SOME)
			mark();
		kill(pids[i], SIGKILL);
		int status;
		if (waitpid(pids[i], &status, 0) != pids[i] || status != SIGKILL)
			exit(5);
		if (i == SOME - 1 || i == n - 1)
			mark();
	}
}

int
main(int argc, char **argv)
{
	if (argc < 3)
		return 64;
	const char *name = argv[1];
	long n = atol(argv[2]);
	if (argc > 3) {
		resident_size = (size_t)atol(argv[3]) << 20;
		touch_resident();
	}
	if (strcmp(name, "nothing") == 0)
		return 0;
	if (strcmp(name, "compute") == 0)
		compute(n, 4);
	else if (strcmp(name, "tight") == 0)
		compute(n, 1);
	else if (strcmp(name, "getpid") == 0)
		getpid_loop(n);
	else if (strcmp(name, "zero") == 0)
		zero_faults(n);
	else if (strcmp(name, "cow") == 0)
		cow_breaks(n);
	else if (strcmp(name, "fork") == 0)
		fork_loop(n);
	else if (strcmp(name, "vfork") == 0)
		vfork_loop(n);
	else if (strcmp(name, "forkexec") == 0)
		fork_exec_loop(n, argv[0]);
	else if (strcmp(name, "pingpong") == 0)
		ping_pong(n);
	else if (strcmp(name, "writeparent") == 0)
		write_all(n, 0);
	else if (strcmp(name, "writechild") == 0)
		write_all(n, 1);
	else if (strcmp(name, "live") == 0)
		live_processes(n);
	else
		return 64;
	return 0;
}
