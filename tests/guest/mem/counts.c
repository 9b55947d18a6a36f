/* Pages come when they are first touched, one fault each, and getrusage counts them. */
#include <sys/resource.h>

#include "mem.h"

static long
faults(void)
{
	struct rusage ru;

	CHECK_EQ(getrusage(RUSAGE_SELF, &ru), 0);
	return ru.ru_minflt;
}

int
main(int argc, char **argv)
{
	struct rusage ru;
	long before;
	char *p;

	faults();
	before = faults();
	CHECK_EQ(faults(), before);
	p = map_anon(100 * PAGE, PROT_READ | PROT_WRITE);
	CHECK_EQ(faults(), before);	/* mapping touches nothing */
	for (int i = 0; i < 100; i++)
		p[i * PAGE] = 1;
	CHECK_EQ(faults(), before + 100);
	for (int i = 0; i < 100; i++)
		p[i * PAGE + 1] = 1;
	CHECK_EQ(faults(), before + 100);
	/* Reads count as well, and a store to a page that was read does not fault again. */
	p = map_anon(10 * PAGE, PROT_READ | PROT_WRITE);
	int sum = 0;
	for (int i = 0; i < 10; i++)
		sum += ((volatile char *)p)[i * PAGE];
	CHECK_EQ(sum, 0);
	CHECK_EQ(faults(), before + 110);
	for (int i = 0; i < 10; i++)
		p[i * PAGE] = 1;
	CHECK_EQ(faults(), before + 110);
	/* After a fork: one fault for each page that is stored to, in a child that starts from zero. */
	pid_t pid = fork();
	if (pid == 0) {
		long start = faults();
		CHECK(start < 20);
		for (int i = 0; i < 10; i++)
			p[i * PAGE] = 2;
		CHECK_EQ(faults() - start, argc > 1 && strcmp(argv[1], "none") == 0 ? 0 : 10);
		_exit(0);
	}
	int status;
	CHECK_EQ(wait4(pid, &status, 0, &ru), pid);
	CHECK_EQ(status, 0);
	CHECK(ru.ru_minflt < 60);
	CHECK_EQ(getrusage(RUSAGE_CHILDREN, &ru), 0);
	CHECK(ru.ru_minflt < 60);
	CHECK(ru.ru_maxrss > 0);
	CHECK_EQ(getrusage(RUSAGE_SELF, &ru), 0);
	CHECK(ru.ru_maxrss >= 440);	/* KiB: the 110 pages above */
	return 0;
}
