/*
 * Protection, wiring and the break over fork; pages that change hands between file and process (spec C.21).
 */
#include <sys/mman.h>
#include <sys/resource.h>
#include <fcntl.h>
#include <signal.h>

#include "baton.h"

#define PAGE 4096

static void
test_read_only_stays(void)
{
	volatile char *p = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
	pid_t pid;

	p[0] = p[PAGE] = 1;
	CHECK_EQ(mprotect((void *)p, PAGE, PROT_READ), 0);
	CHECK_EQ(mprotect((void *)(p + PAGE), PAGE, PROT_NONE), 0);
	for (int i = 0; i < 2; i++) {
		pid = fork();
		if (pid == 0) {
			p[i * PAGE] = 2;
			_exit(0);
		}
		expect_signal(pid, SIGSEGV);
	}
	/* What the child may do again is its own affair. */
	pid = fork();
	if (pid == 0) {
		CHECK_EQ(mprotect((void *)p, 2 * PAGE, PROT_READ | PROT_WRITE), 0);
		p[0] = p[PAGE] = 5;
		_exit(0);
	}
	expect_exit(pid, 0);
	CHECK_EQ(mprotect((void *)p, 2 * PAGE, PROT_READ | PROT_WRITE), 0);
	CHECK_EQ(p[0], 1);
	CHECK_EQ(p[PAGE], 1);
	p[0] = 3;
	p[PAGE] = 3;
	CHECK_EQ(p[0] + p[PAGE], 6);
	munmap((void *)p, 2 * PAGE);
}

/* Changing protection just after fork must not make a shared page writable. */
static void
test_protect_after_fork(void)
{
	struct baton go = new_baton();
	volatile char *p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
	pid_t pid;

	p[0] = 1;
	pid = fork();
	if (pid == 0) {
		await(go);
		CHECK_EQ(p[0], 1);
		_exit(0);
	}
	CHECK_EQ(mprotect((void *)p, PAGE, PROT_READ), 0);
	CHECK_EQ(mprotect((void *)p, PAGE, PROT_READ | PROT_WRITE), 0);
	p[0] = 2;
	CHECK_EQ(mprotect((void *)p, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC), 0);
	p[1] = 2;
	pass(go);
	expect_exit(pid, 0);
	munmap((void *)p, PAGE);
}

/* Wired pages are copied like any other, and are not wired in the child. */
static void
test_wired(void)
{
	volatile char *p = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
	struct baton go = new_baton();
	pid_t pid;

	CHECK_EQ(mlock((void *)p, 2 * PAGE), 0);
	p[0] = 1;
	pid = fork();
	if (pid == 0) {
		struct rlimit limit = { 2 * PAGE, 2 * PAGE };
		char *other = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);

		await(go);
		CHECK_EQ(p[0], 1);
		p[0] = 3;
		/* As much may be wired as if the parent had wired nothing. */
		CHECK_EQ(setrlimit(RLIMIT_MEMLOCK, &limit), 0);
		CHECK_EQ(setuid(1000), 0);
		CHECK_EQ(mlock(other, 2 * PAGE), 0);
		CHECK(mlock((void *)p, PAGE) == -1);
		_exit(0);
	}
	p[0] = 2;
	pass(go);
	expect_exit(pid, 0);
	CHECK_EQ(p[0], 2);
	CHECK_EQ(munlock((void *)p, 2 * PAGE), 0);
	munmap((void *)p, 2 * PAGE);
}

static void
test_break(void)
{
	char *old = sbrk(PAGE);
	pid_t pid;

	*old = 1;
	pid = fork();
	if (pid == 0) {
		CHECK(sbrk(0) == old + PAGE);
		CHECK(sbrk(-PAGE) == old + PAGE);
		_exit(0);
	}
	expect_exit(pid, 0);
	CHECK(sbrk(0) == old + PAGE);
	CHECK_EQ(*old, 1);
}

/* A file whose last name is gone stays as long as it is mapped. */
static void
test_page_of_a_dead_file(void)
{
	int fd = open("/tmp/dead", O_RDWR | O_CREAT | O_TRUNC, 0644);
	struct baton go = new_baton();
	static char text[PAGE];
	volatile char *p;
	pid_t pid;

	memset(text, 'f', PAGE);
	CHECK_EQ(write(fd, text, PAGE), PAGE);
	p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	CHECK(p != MAP_FAILED);
	CHECK_EQ(p[0], 'f');
	CHECK_EQ(unlink("/tmp/dead"), 0);
	CHECK_EQ(close(fd), 0);
	p[0] = 'p';
	pid = fork();
	if (pid == 0) {
		await(go);
		CHECK_EQ(p[0], 'p');
		p[0] = 'c';
		_exit(0);
	}
	p[0] = 'q';
	pass(go);
	expect_exit(pid, 0);
	CHECK_EQ(p[0], 'q');
	munmap((void *)p, PAGE);
}

int
main(void)
{
	test_read_only_stays();
	test_protect_after_fork();
	test_wired();
	test_break();
	test_page_of_a_dead_file();
	return 0;
}
