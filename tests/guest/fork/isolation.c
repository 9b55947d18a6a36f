/*
 * After fork each process has its own memory, whoever stores first: stack, heap, data, bss, private mappings
 * of zeroes and of a file, touched before the fork and not.
 */
#include <sys/mman.h>
#include <fcntl.h>

#include "baton.h"

#define PAGE 4096
#define SIZE (3 * PAGE)

static char data[SIZE] __attribute__((aligned(PAGE))) = { 1 };
static char bss[SIZE] __attribute__((aligned(PAGE)));

/* One byte in each page, and the bytes next to the page's ends. */
static const int places[] = { 0, PAGE - 1, PAGE, 2 * PAGE + 100, SIZE - 1 };
#define PLACES (int)(sizeof(places) / sizeof(places[0]))

static void
set(volatile char *p, char value)
{
	for (int i = 0; i < PLACES; i++)
		p[places[i]] = (char)(value + i);
}

static void
check(const char *what, volatile char *p, char value)
{
	for (int i = 0; i < PLACES; i++)
		if (p[places[i]] != (char)(value + i))
			CHECK_FAIL("%s: byte %d is %d, not %d", what, places[i], p[places[i]], value + i);
}

static void
parent_stores_first(const char *what, volatile char *p, char before)
{
	struct baton to_child = new_baton(), to_parent = new_baton();
	pid_t pid = fork();

	if (pid != 0)
		set(p, 20);	/* without a trap since fork: a stale translation would let it through */
	if (pid == 0) {
		await(to_child);
		check(what, p, before);
		set(p, 30);
		pass(to_parent);
		await(to_child);
		check(what, p, 30);
		_exit(0);
	}
	check(what, p, 20);
	pass(to_child);
	await(to_parent);
	check(what, p, 20);
	set(p, 40);
	pass(to_child);
	expect_exit(pid, 0);
	check(what, p, 40);
	set(p, before);
}

static void
child_stores_first(const char *what, volatile char *p, char before)
{
	struct baton to_child = new_baton(), to_parent = new_baton();
	pid_t pid = fork();

	if (pid == 0) {
		set(p, 50);
		pass(to_parent);
		await(to_child);
		check(what, p, 50);
		_exit(0);
	}
	await(to_parent);
	check(what, p, before);
	set(p, 60);
	pass(to_child);
	expect_exit(pid, 0);
	check(what, p, 60);
	set(p, before);
}

static void
both_orders(const char *what, volatile char *p)
{
	set(p, 10);
	parent_stores_first(what, p, 10);
	child_stores_first(what, p, 10);
}

/* Memory that neither has touched yet, or only read: what is there is `before` everywhere. */
static void
untouched(const char *what, volatile char *p, char before, int parent_first)
{
	struct baton to_child = new_baton(), to_parent = new_baton();
	pid_t pid = fork();

	if ((pid != 0) == parent_first) {
		set(p, 70);
		if (parent_first)
			pass(to_child);
		else
			pass(to_parent);
	} else {
		await(parent_first ? to_child : to_parent);
		for (int i = 0; i < SIZE; i++)
			if (p[i] != before)
				CHECK_FAIL("%s: byte %d is %d, not %d", what, i, p[i], before);
	}
	if (pid == 0)
		_exit(0);
	expect_exit(pid, 0);
}

static volatile char *
map(int fd)
{
	char *p = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, fd < 0 ? MAP_PRIVATE | MAP_ANON : MAP_PRIVATE, fd, 0);

	CHECK(p != MAP_FAILED);
	return p;
}

int
main(void)
{
	char stack[SIZE], contents[SIZE], byte;
	volatile char *p;
	int fd;

	both_orders("stack", stack);
	both_orders("data", data);
	both_orders("bss", bss);
	both_orders("heap", malloc(SIZE));
	both_orders("anonymous mapping", map(-1));
	untouched("fresh anonymous mapping", map(-1), 0, 1);
	untouched("fresh anonymous mapping", map(-1), 0, 0);

	memset(contents, 5, SIZE);
	fd = open("/tmp/private", O_RDWR | O_CREAT | O_TRUNC, 0644);
	CHECK_EQ(write(fd, contents, SIZE), SIZE);
	untouched("fresh file mapping", map(fd), 5, 1);
	untouched("fresh file mapping", map(fd), 5, 0);
	p = map(fd);
	byte = p[0] + p[PAGE];
	CHECK_EQ(byte, 10);
	untouched("file mapping that was read", p, 5, 1);
	p = map(fd);
	byte = p[0] + p[PAGE];
	CHECK_EQ(byte, 10);
	untouched("file mapping that was read", p, 5, 0);
	both_orders("file mapping that was written", map(fd));
	CHECK_EQ(pread(fd, stack, SIZE, 0), SIZE);
	CHECK_EQ(memcmp(stack, contents, SIZE), 0);
	return 0;
}
