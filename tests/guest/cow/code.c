/*
 * Code that changes: what runs must be what memory holds. The argument says how it changes; the exit status is
 * what the changed code returned (2 is right, 1 is the code that was there before).
 */
#include <sys/mman.h>
#include <fcntl.h>
#include <signal.h>

#include "../fork/baton.h"

#define PAGE 4096
#define ADDRESS ((char *)0x20000000)

/* li a0, n; ret */
static const unsigned short returns[3][2] = { { 0 }, { 0x4505, 0x8082 }, { 0x4509, 0x8082 } };

static char *
map(int prot)
{
	char *p = mmap(ADDRESS, PAGE, prot, MAP_PRIVATE | MAP_ANON | MAP_FIXED, -1, 0);

	CHECK(p == ADDRESS);
	return p;
}

static int
call(char *p)
{
	return ((int (*)(void))(void *)p)();
}

/* The kernel stores the code: read(2). */
static void
read_code(char *p, int n)
{
	int fds[2];

	CHECK_EQ(pipe(fds), 0);
	CHECK_EQ(write(fds[1], returns[n], 4), 4);
	CHECK_EQ(read(fds[0], p, 4), 4);
	close(fds[0]);
	close(fds[1]);
}

/* The program stores the code; then fence.i, as the architecture asks. */
static void
store_code(char *p, int n)
{
	memcpy(p, returns[n], 4);
	__asm__ volatile("fence.i" ::: "memory");
}

/* The page goes and another comes, in the frame that the first one had. */
static int
reused_frame(void)
{
	char *p = map(PROT_READ | PROT_WRITE);

	read_code(p, 1);
	CHECK_EQ(mprotect(p, PAGE, PROT_READ | PROT_EXEC), 0);
	CHECK_EQ(call(p), 1);
	CHECK_EQ(munmap(p, PAGE), 0);
	map(PROT_READ | PROT_WRITE);
	read_code(p, 2);
	CHECK_EQ(mprotect(p, PAGE, PROT_READ | PROT_EXEC), 0);
	return call(p);
}

/* read(2) straight into a page that is being executed. */
static int
read_into_executable(void)
{
	char *p = map(PROT_READ | PROT_WRITE | PROT_EXEC);

	read_code(p, 1);
	CHECK_EQ(call(p), 1);
	read_code(p, 2);
	return call(p);
}

/* A compiler that keeps W and X apart. */
static int
compiler(void)
{
	char *p = map(PROT_READ | PROT_WRITE);

	store_code(p, 1);
	CHECK_EQ(mprotect(p, PAGE, PROT_READ | PROT_EXEC), 0);
	CHECK_EQ(call(p), 1);
	CHECK_EQ(mprotect(p, PAGE, PROT_READ | PROT_WRITE), 0);
	store_code(p, 2);
	CHECK_EQ(mprotect(p, PAGE, PROT_READ | PROT_EXEC), 0);
	return call(p);
}

/* Several functions in a page, all executed, then all replaced: one store after another. */
static int
several(int keep)
{
	int both = PROT_READ | PROT_WRITE | PROT_EXEC;
	char *p = map(keep);

	for (int i = 0; i < PAGE; i += 64)
		store_code(p + i, 1);
	for (int round = 1; round <= 2; round++) {
		CHECK_EQ(mprotect(p, PAGE, keep == both ? both : PROT_READ | PROT_EXEC), 0);
		for (int i = 0; i < PAGE; i += 64)
			if (call(p + i) != round)
				return 1;
		CHECK_EQ(mprotect(p, PAGE, keep), 0);
		for (int i = PAGE - 64; i >= 0; i -= 64)
			store_code(p + i, 2);
	}
	return 2;
}

static int several_apart(void) { return several(PROT_READ | PROT_WRITE); }
static int several_together(void) { return several(PROT_READ | PROT_WRITE | PROT_EXEC); }

/* Code that is stored to while its page can be executed. */
static int
self_modifying(void)
{
	char *p = map(PROT_READ | PROT_WRITE | PROT_EXEC);

	store_code(p, 1);
	CHECK_EQ(call(p), 1);
	store_code(p, 2);
	return call(p);
}

/* Fork with code in a page that may be stored to; it has run on both sides. */
static pid_t
fork_with_code(char **p)
{
	*p = map(PROT_READ | PROT_WRITE | PROT_EXEC);
	store_code(*p, 1);
	CHECK_EQ(call(*p), 1);
	pid_t pid = fork();
	if (pid == 0)
		CHECK_EQ(call(*p), 1);
	return pid;
}

/* Each side of a fork changes its own copy. */
static int
forked(void)
{
	char *p;
	struct baton go = new_baton();
	pid_t pid = fork_with_code(&p);

	if (pid == 0) {
		await(go);
		_exit(call(p));
	}
	store_code(p, 2);
	CHECK_EQ(call(p), 2);
	pass(go);
	expect_exit(pid, 1);
	return call(p);
}

/* The child knows where its code is when it changes it: the copy of the page is somewhere else. */
static int
child_first(void)
{
	char *p;
	pid_t pid = fork_with_code(&p);

	if (pid == 0) {
		store_code(p, 2);
		_exit(call(p));
	}
	expect_exit(pid, 2);
	CHECK_EQ(call(p), 1);
	store_code(p, 2);
	return call(p);
}

/* The same page twice: written through one mapping, executed through the other. */
static int
two_mappings(void)
{
	char zero[PAGE] = { 0 }, *w, *x;
	int fd = open("/tmp/code", O_RDWR | O_CREAT | O_TRUNC, 0755);

	CHECK_EQ(write(fd, zero, PAGE), PAGE);
	w = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	x = mmap(NULL, PAGE, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0);
	CHECK(w != MAP_FAILED && x != MAP_FAILED);
	store_code(w, 1);
	CHECK_EQ(call(x), 1);
	store_code(w, 2);
	CHECK_EQ(call(x), 2);
	store_code(w, 1);
	CHECK_EQ(call(x), 1);
	CHECK_EQ(pwrite(fd, returns[2], 4, 0), 4);
	return call(x);
}

static void fault(int signo) { _exit(2); }

/* Access taken away is gone at once. */
static int
taken_away(void)
{
	char *p = map(PROT_READ | PROT_WRITE);

	signal(SIGSEGV, fault);
	*(volatile char *)p = 1;
	CHECK_EQ(mprotect(p, PAGE, PROT_READ), 0);
	*(volatile char *)p = 2;
	return 1;
}

static int
unmapped(void)
{
	char *p = map(PROT_READ | PROT_WRITE);

	signal(SIGSEGV, fault);
	*(volatile char *)p = 1;
	CHECK_EQ(munmap(p, PAGE), 0);
	*(volatile char *)p = 2;
	return 1;
}

/* A copy-on-write page that the kernel copies, not the program: the old translation must go. */
static int
copied_by_kernel(void)
{
	volatile char *p = map(PROT_READ | PROT_WRITE);
	struct baton go = new_baton();
	pid_t pid;

	p[0] = 1;
	pid = fork();
	if (pid == 0) {
		await(go);
		_exit(0);
	}
	CHECK_EQ(p[0], 1);
	read_code((char *)p, 2);
	int seen = p[0]; /* before a switch to the child drops all translations */
	pass(go);
	expect_exit(pid, 0);
	return seen == (char)returns[2][0] ? 2 : 1;
}

int
main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*function)(void);
	} ways[] = {
		{ "reused_frame", reused_frame },
		{ "read_into_executable", read_into_executable },
		{ "compiler", compiler },
		{ "several_apart", several_apart },
		{ "several_together", several_together },
		{ "self_modifying", self_modifying },
		{ "forked", forked },
		{ "child_first", child_first },
		{ "two_mappings", two_mappings },
		{ "taken_away", taken_away },
		{ "unmapped", unmapped },
		{ "copied_by_kernel", copied_by_kernel },
	};

	for (unsigned i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		if (argc == 2 && strcmp(argv[1], ways[i].name) == 0)
			return ways[i].function();
	return 99;
}
