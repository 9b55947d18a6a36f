/* Calls that fail for lack of a page table leave memory as it was; and what nobody may do with a mapping, nobody gets to do. */
#include <sys/resource.h>
#include <sys/sysctl.h>
#include <fcntl.h>

#include "mem.h"

#define RW	(PROT_READ | PROT_WRITE)
#define SPAN	(2ul << 20) /* what a leaf table maps */
#define FIXED	((char *)0x20000000)
#define TARGET	((char *)0x28000000)

static void
fail_table(int n)
{
	CHECK_EQ(sysctlbyname("debug.fail.table", NULL, NULL, &n, sizeof(n)), 0);
}

static char *
map_at(char *at, size_t size, int prot, int flags)
{
	CHECK(mmap(at, size, prot, flags | MAP_ANON | MAP_FIXED, -1, 0) == at);
	return at;
}

/* A relative that shares all tables, until it is killed. */
static pid_t
relative(void)
{
	pid_t pid = fork();

	if (pid == 0)
		for (;;)
			pause();
	return pid;
}

static void
end(pid_t pid)
{
	CHECK_EQ(kill(pid, SIGKILL), 0);
	CHECK_EQ(waitpid(pid, NULL, 0), pid);
}

/* Many spans, so that fork shares their tables. */
static char *
spans(void)
{
	char *p = map_at(FIXED, 12 * SPAN, RW, MAP_PRIVATE);

	for (int i = 0; i < 12; i++)
		p[i * SPAN] = (char)(i + 1);
	return p;
}

static void
protect_fails(void)
{
	char *p = spans();
	pid_t pid = relative();

	p[SPAN] = 'A'; /* the second table is ours, the first still shared */
	fail_table(1);
	int r = mprotect(p, 2 * SPAN, PROT_READ);
	fail_table(0);
	if (r != 0)
		CHECK_EQ(store_signal(p, 'S') + store_signal(p + SPAN, 'S'), 0);
	CHECK_EQ(mprotect(p, 2 * SPAN, PROT_READ), 0);
	CHECK_EQ(store_signal(p, 'S'), SIGSEGV);
	CHECK_EQ(store_signal(p + SPAN, 'S'), SIGSEGV);
	end(pid);
}

static void
growing_move_fails(void)
{
	char *p = map_at(FIXED, 2 * PAGE, RW, MAP_PRIVATE), *target = (char *)0x30000000;

	p[0] = 1;
	p[PAGE] = 2;
	fail_table(1);
	void *r = mremap(p, 2 * PAGE, target, 4 * PAGE, MAP_FIXED);
	fail_table(0);
	CHECK(r == MAP_FAILED);
	for (int i = 0; i < 4; i++)
		CHECK_EQ(load_signal(target + i * PAGE), SIGSEGV);
	CHECK_EQ(p[0], 1);
	CHECK_EQ(p[PAGE], 2);
	CHECK(mremap(p, 2 * PAGE, target, 4 * PAGE, MAP_FIXED) == target);
	CHECK_EQ(target[PAGE], 2);
	CHECK_EQ(load_signal(p), SIGSEGV);
}

static void
shrinking_move_fails(void)
{
	char *p = spans();

	map_at(TARGET, PAGE, RW, MAP_PRIVATE);
	pid_t pid = relative();
	p[0] = 'A';
	TARGET[0] = 2;
	fail_table(1);
	void *r = mremap(p, SPAN + PAGE, TARGET, PAGE, MAP_FIXED);
	fail_table(0);
	if (r == MAP_FAILED) {
		p[0] = 'X';
		CHECK(load_signal(TARGET) == SIGSEGV || TARGET[0] != 'X');
	} else
		CHECK_EQ(TARGET[0], 'A');
	end(pid);
}

/* Shared memory stays shared when the fork that was to make it private comes to nothing. */
static void
fork_fails(void)
{
	volatile char *s = map_at(FIXED, PAGE, RW, MAP_SHARED);
	int go[2], done[2];
	char c;

	s[0] = 'a';
	CHECK_EQ(pipe(go) | pipe(done), 0);
	pid_t pid = fork();
	if (pid == 0) {
		CHECK_EQ(read(go[0], &c, 1), 1);
		s[0] = 'c';
		CHECK_EQ(write(done[1], "x", 1), 1);
		_exit(0);
	}
	CHECK_EQ(minherit((void *)s, PAGE, MAP_INHERIT_COPY), 0);
	for (int n = 1; n < 3; n++) {
		fail_table(n);
		CHECK_ERRNO(fork(), ENOMEM);
		fail_table(0);
	}
	CHECK_EQ(write(go[1], "x", 1), 1);
	CHECK_EQ(read(done[0], &c, 1), 1);
	CHECK_EQ(s[0], 'c');
	CHECK_EQ(waitpid(pid, NULL, 0), pid);
}

/* A larger stack limit makes nothing writable that may not be. */
static void
stack_limit(void)
{
	struct rlimit limit;
	int fd = open("/read-only", O_CREAT | O_RDWR, 0644);
	char *at, data[5] = { 0 };

	CHECK_EQ(write(fd, "data", 4), 4);
	close(fd);
	fd = open("/read-only", O_RDONLY);
	CHECK_EQ(getrlimit(RLIMIT_STACK, &limit), 0);
	at = (char *)(0x3fffffe000ul - limit.rlim_cur - PAGE);
	CHECK(mmap(at, PAGE, PROT_READ, MAP_SHARED | MAP_FIXED, fd, 0) == at);
	CHECK_ERRNO(mprotect(at, PAGE, RW), EACCES);
	limit.rlim_cur *= 2;
	CHECK_EQ(setrlimit(RLIMIT_STACK, &limit), 0);
	CHECK_EQ(store_signal(at, 'X'), SIGSEGV);
	CHECK_EQ(pread(fd, data, 4, 0), 4);
	CHECK(strcmp(data, "data") == 0);
}

/* A mapping for stores alone: what fork copies at once of it must be there for both. */
static void
write_only(void)
{
	char *p = map_at(FIXED, PAGE, RW, MAP_PRIVATE);
	int status;

	p[0] = 1;
	pid_t pid = relative();
	p[0] = 2; /* copied: the next fork copies this page at once */
	end(pid);
	map_at(p, PAGE, PROT_WRITE, MAP_SHARED);
	p[0] = 3;
	CHECK_EQ(minherit(p, PAGE, MAP_INHERIT_COPY), 0);
	pid = fork();
	if (pid == 0) {
		p[0] = 4;
		_exit(0);
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 0);
}

static void
execute_only(void)
{
	uint32_t *p = (uint32_t *)map_at(FIXED, PAGE, RW, MAP_PRIVATE);

	p[0] = 0x8067; /* ret */
	CHECK_EQ(mprotect(p, PAGE, PROT_EXEC), 0);
	CHECK_EQ(load_signal(p), SIGSEGV);
	CHECK_EQ(call_signal(p), 0);
	CHECK_EQ(load_signal(p), SIGSEGV);
}

int
main(void)
{
	CHECK_CHILD(protect_fails);
	CHECK_CHILD(growing_move_fails);
	CHECK_CHILD(shrinking_move_fails);
	CHECK_CHILD(fork_fails);
	CHECK_CHILD(stack_limit);
	CHECK_CHILD(write_only);
	CHECK_CHILD(execute_only);
	return 0;
}
