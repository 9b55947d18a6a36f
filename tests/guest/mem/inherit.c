/* minherit: all four inheritances, of private, shared and file memory, touched and not. */
#include <fcntl.h>

#include "mem.h"

#define RW (PROT_READ | PROT_WRITE)

enum kind { PRIVATE, SHARED, FILE_PRIVATE, FILE_SHARED, KINDS };
static const char *const names[] = { "private", "shared", "private file", "shared file" };
static int fd;

static char *
make(enum kind kind, int touch)
{
	static const int flags[] = {
		MAP_ANON | MAP_PRIVATE, MAP_ANON | MAP_SHARED, MAP_PRIVATE, MAP_SHARED,
	};
	char zeroes[4 * PAGE];
	char *p;

	memset(zeroes, 'f', sizeof(zeroes));
	CHECK_EQ(pwrite(fd, zeroes, sizeof(zeroes), 0), sizeof(zeroes));
	p = mmap(NULL, 4 * PAGE, RW, flags[kind], kind >= FILE_PRIVATE ? fd : -1, 0);
	CHECK(p != MAP_FAILED);
	if (touch)
		for (int i = 0; i < 4; i++)
			p[i * PAGE] = 'p';
	return p;
}

static int
initial(enum kind kind, int touch)
{
	return touch ? 'p' : kind >= FILE_PRIVATE ? 'f' : 0;
}

static void
expect(int got, int want, enum kind kind, int inherit, int touch, const char *what)
{
	if (got != want)
		CHECK_FAIL("%s, inherit %d, touched %d: %s is %d, not %d", names[kind], inherit, touch, what, got, want);
}

static void
test(enum kind kind, int inherit, int touch)
{
	char *p = make(kind, touch);
	int first = initial(kind, touch), status;
	pid_t pid;

	/* The two pages in the middle; those around keep the default. */
	CHECK_EQ(minherit(p + PAGE, 2 * PAGE, inherit), 0);
	pid = fork();
	if (pid == 0) {
		char *q = p + PAGE;
		if (inherit == MAP_INHERIT_NONE) {
			expect(load_signal(q), SIGSEGV, kind, inherit, touch, "the signal");
			expect(load_signal(p + 2 * PAGE), SIGSEGV, kind, inherit, touch, "the signal");
			/* A hole that can be used again. */
			CHECK(mmap(q, PAGE, RW, MAP_ANON | MAP_PRIVATE | MAP_FIXED, -1, 0) == q);
			expect(*q, 0, kind, inherit, touch, "the new page");
		} else {
			expect(*q, inherit == MAP_INHERIT_ZERO ? 0 : first, kind, inherit, touch, "the child's page");
			*q = 'c';
			p[2 * PAGE] = 'd';
			expect(*q, 'c', kind, inherit, touch, "what the child stored");
		}
		expect(*p, first, kind, inherit, touch, "the page before");
		expect(p[3 * PAGE], first, kind, inherit, touch, "the page after");
		sleep_ms(2);
		int shared = inherit == MAP_INHERIT_SHARE;
		if (inherit != MAP_INHERIT_NONE)
			expect(*q, shared ? 'P' : 'c', kind, inherit, touch, "the page after the parent's store");
		fflush(stdout);
		_exit(0);
	}
	sleep_ms(1);
	expect(p[PAGE], inherit == MAP_INHERIT_SHARE ? 'c' : first, kind, inherit, touch, "the parent's page");
	expect(p[2 * PAGE], inherit == MAP_INHERIT_SHARE ? 'd' : first, kind, inherit, touch, "the parent's next page");
	p[PAGE] = 'P';
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 0);
	expect(p[PAGE], 'P', kind, inherit, touch, "what the parent stored");

	/* The next generation is made in the same way. */
	pid = fork();
	if (pid == 0) {
		if (inherit == MAP_INHERIT_NONE)
			_exit(load_signal(p + PAGE) != SIGSEGV);
		_exit(p[PAGE] != (inherit == MAP_INHERIT_ZERO ? 0 : 'P'));
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	expect(status, 0, kind, inherit, touch, "the second child's status");
	CHECK_EQ(munmap(p, 4 * PAGE), 0);
}

int
main(void)
{
	static const int inherits[] = { MAP_INHERIT_SHARE, MAP_INHERIT_COPY, MAP_INHERIT_NONE, MAP_INHERIT_ZERO };
	char *p;

	fd = open("/tmp/inherit", O_RDWR | O_CREAT, 0600);
	CHECK(fd >= 0);
	for (int kind = 0; kind < KINDS; kind++)
		for (int i = 0; i < 4; i++)
			for (int touch = 0; touch < 2; touch++)
				test(kind, inherits[i], touch);

	p = map_anon(4 * PAGE, RW);
	CHECK_ERRNO(minherit(p, PAGE, MAP_INHERIT_DONATE_COPY), EINVAL);
	CHECK_ERRNO(minherit(p, PAGE, 5), EINVAL);
	CHECK_ERRNO(minherit(p, PAGE, -1), EINVAL);
	CHECK_ERRNO(minherit(NULL, PAGE, MAP_INHERIT_NONE), EINVAL);
	CHECK_ERRNO(minherit((void *)0x3fffff0000, PAGE, MAP_INHERIT_NONE), EINVAL);
	CHECK_ERRNO(minherit(p, ~0ul, MAP_INHERIT_NONE), EINVAL);
	/* Gaps are passed over; a length of 0 does nothing; addresses are rounded. */
	CHECK_EQ(munmap(p + PAGE, PAGE), 0);
	CHECK_EQ(minherit(p, 4 * PAGE, MAP_INHERIT_ZERO), 0);
	CHECK_EQ(minherit(p, 0, MAP_INHERIT_NONE), 0);
	CHECK_EQ(minherit(p + 2 * PAGE + 7, 1, MAP_INHERIT_COPY), 0);
	p[0] = p[2 * PAGE] = p[3 * PAGE] = 1;
	pid_t pid = fork();
	if (pid == 0)
		_exit(p[0] != 0 || p[2 * PAGE] != 1 || p[3 * PAGE] != 0);
	int status;
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 0);
	return 0;
}
