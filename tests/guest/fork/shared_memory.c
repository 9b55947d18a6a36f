/*
 * MAP_SHARED memory stays shared by fork, in both directions and over generations: anonymous and of a file.
 * A private mapping of the same file shares nothing once it was stored to.
 */
#include <sys/mman.h>
#include <fcntl.h>

#include "baton.h"

#define PAGE 4096

static void
ping_pong(const char *what, volatile int *p)
{
	struct baton to_child = new_baton(), to_parent = new_baton();
	pid_t pid;

	p[0] = 1;
	pid = fork();
	if (pid == 0) {
		await(to_child);
		CHECK_EQ(p[0], 2);
		p[0] = 3;
		p[PAGE / 4] = 33;	/* a page that neither has touched */
		pid = fork();
		if (pid == 0) {
			CHECK_EQ(p[PAGE / 4], 33);
			p[0] = 4;
			_exit(0);
		}
		expect_exit(pid, 0);
		CHECK_EQ(p[0], 4);
		pass(to_parent);
		await(to_child);
		CHECK_EQ(p[0], 5);
		_exit(0);
	}
	p[0] = 2;
	pass(to_child);
	await(to_parent);
	if (p[0] != 4 || p[PAGE / 4] != 33)
		CHECK_FAIL("%s: %d %d", what, p[0], p[PAGE / 4]);
	p[0] = 5;
	pass(to_child);
	expect_exit(pid, 0);
}

/* Access that is taken away and given back must come back, after a fork as well. */
static void
protection_changes(volatile int *p)
{
	pid_t pid;

	p[0] = 6;
	CHECK_EQ(mprotect((void *)p, PAGE, PROT_NONE), 0);
	pid = fork();
	if (pid == 0) {
		CHECK_EQ(mprotect((void *)p, PAGE, PROT_READ | PROT_WRITE), 0);
		p[0] = 7;
		_exit(0);
	}
	expect_exit(pid, 0);
	CHECK_EQ(mprotect((void *)p, PAGE, PROT_READ | PROT_WRITE), 0);
	p[1] = 8;
	CHECK_EQ(p[0], 7);
	CHECK_EQ(mprotect((void *)p, PAGE, PROT_READ), 0);
	CHECK_EQ(p[1], 8);
	CHECK_EQ(mprotect((void *)p, PAGE, PROT_NONE), 0);
	CHECK_EQ(mprotect((void *)p, PAGE, PROT_READ), 0);
	CHECK_EQ(p[1], 8);
	pid = fork();
	if (pid == 0) {
		p[0] = 9;
		_exit(0);
	}
	expect_signal(pid, 11);
	CHECK_EQ(p[0], 7);
}

int
main(void)
{
	static char zeroes[2 * PAGE];
	volatile int *anonymous, *file, *other;
	volatile int *private;
	int fd, value;

	anonymous = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANON, -1, 0);
	CHECK(anonymous != MAP_FAILED);
	ping_pong("anonymous", anonymous);
	protection_changes(anonymous);

	fd = open("/tmp/shared", O_RDWR | O_CREAT | O_TRUNC, 0644);
	CHECK_EQ(write(fd, zeroes, sizeof(zeroes)), (int)sizeof(zeroes));
	file = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	private = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	CHECK(file != MAP_FAILED && private != MAP_FAILED);
	private[0] = 55;
	ping_pong("file", file);
	CHECK_EQ(private[0], 55);
	CHECK_EQ(private[PAGE / 4], 33);	/* never stored to: still the file's page */
	CHECK_EQ(pread(fd, &value, 4, 0), 4);
	CHECK_EQ(value, 5);
	value = 66;
	CHECK_EQ(pwrite(fd, &value, 4, PAGE), 4);
	CHECK_EQ(file[PAGE / 4], 66);
	other = mmap(NULL, 2 * PAGE, PROT_READ, MAP_SHARED, fd, 0);
	CHECK_EQ(other[0], 5);
	file[0] = 77;
	CHECK_EQ(other[0], 77);
	protection_changes(file);
	return 0;
}
