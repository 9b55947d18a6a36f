/*
 * Wired memory is copied when fork runs: afterwards its owner faults on none of it, and the child has nothing wired,
 * now or in the future (spec C.21).
 */
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/sysctl.h>
#include <uvm/uvm_extern.h>

#include "baton.h"

#define PAGE	4096
#define PAGES	40

static long
faults(void)
{
	struct rusage ru;

	CHECK_EQ(getrusage(RUSAGE_SELF, &ru), 0);
	return ru.ru_minflt + ru.ru_majflt;
}

static uint64_t
copies(void)
{
	struct uvmexp_sysctl u;
	size_t size = sizeof(u);

	CHECK_EQ(sysctlbyname("vm.uvmexp2", &u, &size, NULL, 0), 0);
	return u.flt_acow;
}

/* Page faults that storing once to every page of something costs. */
static long
faults_of(volatile char *p, char value)
{
	long before = faults();

	for (int i = 0; i < PAGES; i++)
		p[i * PAGE] = value;
	return faults() - before;
}

static volatile char *
map(void)
{
	char *p = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);

	CHECK(p != MAP_FAILED);
	return p;
}

static void
test_parent(int older)
{
	struct baton go = new_baton(), done = new_baton();
	volatile char *p = map();
	pid_t relative = 0, pid;
	uint64_t before;

	faults_of(p, 'o');
	if (older) {
		/* Copy-on-write with a relative until it is wired. */
		relative = fork();
		if (relative == 0) {
			await(done);
			for (int i = 0; i < PAGES; i++)
				CHECK_EQ(p[i * PAGE], 'o');
			_exit(0);
		}
	}
	CHECK_EQ(mlock((void *)p, PAGES * PAGE), 0);
	CHECK_EQ(faults_of(p, 'a'), 0);
	pid = fork();
	if (pid == 0) {
		await(go);
		for (int i = 0; i < PAGES; i++)
			CHECK_EQ(p[i * PAGE], 'a');
		faults_of(p, 'c');
		_exit(0);
	}
	before = copies();
	CHECK_EQ(faults_of(p, 'b'), 0);
	CHECK_EQ(copies(), before);
	pass(go);
	expect_exit(pid, 0);
	for (int i = 0; i < PAGES; i++)
		CHECK_EQ(p[i * PAGE], 'b');
	if (older) {
		pass(done);
		expect_exit(relative, 0);
	}
	CHECK_EQ(munlock((void *)p, PAGES * PAGE), 0);
	CHECK_EQ(munmap((void *)p, PAGES * PAGE), 0);
}

/* The child's own fork is of memory like any other; nothing that it maps is wired, either. */
static void
test_child(void)
{
	volatile char *p = map();
	pid_t pid;

	faults_of(p, 'a');
	CHECK_EQ(mlockall(MCL_CURRENT | MCL_FUTURE), 0);
	pid = fork();
	if (pid == 0) {
		struct rlimit none = { 0, 0 };
		char *q, vec[PAGES];

		CHECK_EQ(setrlimit(RLIMIT_MEMLOCK, &none), 0);
		CHECK_EQ(setuid(1000), 0);
		q = (char *)map();	/* ENOMEM if it were to be wired */
		CHECK_EQ(mincore(q, PAGES * PAGE, vec), 0);
		for (int i = 0; i < PAGES; i++)
			CHECK_EQ(vec[i], 0);
		CHECK(mlock((void *)p, PAGE) == -1);
		pid = fork();
		if (pid == 0) {
			CHECK_EQ(p[0], 'a');
			p[0] = 'd';
			_exit(0);
		}
		expect_exit(pid, 0);
		CHECK_EQ(p[0], 'a');
		_exit(0);
	}
	CHECK_EQ(faults_of(p, 'b'), 0);
	expect_exit(pid, 0);
	char *q = (char *)map(), vec[PAGES];
	CHECK_EQ(mincore(q, PAGES * PAGE, vec), 0);
	for (int i = 0; i < PAGES; i++)
		CHECK_EQ(vec[i], 1);
	CHECK_EQ(munlockall(), 0);
}

/* Memory that is not wired is counted when it is copied: once for each page that is stored to. */
static void
test_counted(void)
{
	volatile char *p = map();
	struct baton go = new_baton();
	uint64_t before;
	pid_t pid;

	faults_of(p, 'a');
	before = copies();
	pid = fork();
	if (pid == 0) {
		await(go);
		_exit(p[0] != 'a' || p[(PAGES - 1) * PAGE] != 'a');
	}
	faults_of(p, 'b');
	/* Copies that fork made itself, of what it thinks both will store to, are none. */
	uint64_t made = copies() - before;
	pass(go);
	expect_exit(pid, 0);
	CHECK(made == 0 || made >= PAGES - 2);
	CHECK(made <= PAGES + 20);
}

int
main(void)
{
	test_parent(0);
	test_parent(1);
	test_child();
	test_counted();
	return 0;
}
