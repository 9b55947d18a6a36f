/*
 * Profiling over fork (spec C.20, C.28): the child goes on counting into the same buffer, here one that is shared;
 * exec ends it. That fork starts nothing (quirk Q4) is the kernel's book-keeping: the test outside looks there.
 */
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../fork/baton.h"

extern char __start[], etext[];

static volatile unsigned short *counters;
static size_t n_counters;

static long
sum(void)
{
	long total = 0;
	for (size_t i = 0; i < n_counters; i++)
		total += counters[i];
	return total;
}

static void
burn(double seconds)
{
	struct timespec ts;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	double end = ts.tv_sec + ts.tv_nsec / 1e9 + seconds;
	do {
		for (volatile int i = 0; i < 20000; i++)
			continue;
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	} while (ts.tv_sec + ts.tv_nsec / 1e9 < end);
}

int
main(int argc, char **argv)
{
	if (argc > 1) {
		burn(0.1);
		return 0;
	}
	size_t text = (size_t)(etext - __start);
	n_counters = text / 2 + 1;
	counters = mmap(NULL, n_counters * 2, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANON, -1, 0);
	CHECK_ERRNO(profil((char *)counters, n_counters * 2, (unsigned long)__start, 65537), EINVAL);
	burn(0.05);
	CHECK_EQ(sum(), 0);

	CHECK_EQ(profil((char *)counters, n_counters * 2, (unsigned long)__start, 65536), 0);
	burn(0.1);
	long mine = sum();
	CHECK(mine >= 7 && mine <= 14); /* about a hundred a second */
	pid_t pid = fork();
	if (pid == 0) {
		burn(0.2);
		_exit(0);
	}
	expect_exit(pid, 0);
	long with_child = sum() - mine;
	CHECK(with_child >= 15 && with_child <= 27);

	pid = fork();
	if (pid == 0) {
		execl("/bin/profil", "profil", "again", NULL);
		_exit(99);
	}
	long before = sum();
	expect_exit(pid, 0);
	CHECK(sum() - before <= 1);
	CHECK_EQ(profil(NULL, 0, 0, 0), 0);
	before = sum();
	burn(0.05);
	CHECK_EQ(sum(), before);
	return argv[0] == NULL;
}
