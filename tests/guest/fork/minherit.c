/*
 * minherit: each inheritance, on private and on shared memory, and over two generations (spec C.21,
 * quirk Q10).
 */
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <fcntl.h>
#include <signal.h>

#include "baton.h"

#define PAGE 4096

static volatile int *
map(int flags, int inherit)
{
	int *p = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, flags | MAP_ANON, -1, 0);

	CHECK(p != MAP_FAILED);
	p[0] = 1;
	p[PAGE / 4] = 11;
	CHECK_EQ(minherit(p, 4 * PAGE, inherit), 0);
	return p;
}

static void
test_none(int flags)
{
	volatile int *p = map(flags, MAP_INHERIT_NONE);
	pid_t pid = fork();

	if (pid == 0) {
		char vec;

		CHECK_ERRNO(mincore((void *)p, PAGE, &vec), ENOMEM);
		p[0] = 2;
		_exit(0);
	}
	expect_signal(pid, SIGSEGV);
	CHECK_EQ(p[0], 1);
	p[0] = 3;
	munmap((void *)p, 4 * PAGE);
}

static void
test_zero(int flags)
{
	volatile int *p = map(flags, MAP_INHERIT_ZERO);
	pid_t pid = fork();

	if (pid == 0) {
		CHECK_EQ(p[0], 0);
		CHECK_EQ(p[PAGE / 4], 0);
		p[0] = 2;
		pid = fork();
		if (pid == 0) {
			CHECK_EQ(p[0], 0);
			_exit(0);
		}
		expect_exit(pid, 0);
		CHECK_EQ(p[0], 2);
		_exit(0);
	}
	expect_exit(pid, 0);
	CHECK_EQ(p[0], 1);
	CHECK_EQ(p[PAGE / 4], 11);
	munmap((void *)p, 4 * PAGE);
}

static void
test_copy(int flags)
{
	struct baton go = new_baton();
	volatile int *p = map(flags, MAP_INHERIT_COPY);
	pid_t pid = fork();

	if (pid == 0) {
		CHECK_EQ(p[0], 1);
		p[0] = 2;
		pass(go);
		pid = fork();
		if (pid == 0) {
			CHECK_EQ(p[0], 2);
			p[0] = 4;
			_exit(0);
		}
		expect_exit(pid, 0);
		CHECK_EQ(p[0], 2);
		_exit(0);
	}
	await(go);
	CHECK_EQ(p[0], 1);
	p[0] = 3;
	p[2 * PAGE / 4] = 33;
	expect_exit(pid, 0);
	CHECK_EQ(p[0], 3);
	munmap((void *)p, 4 * PAGE);
}

/*
 * Shared memory that is to be copied: fork makes it private for the parent as well, and nobody else's store gets
 * through.
 */
static void
test_copy_leaves_sharers(void)
{
	struct baton go = new_baton(), end = new_baton();
	volatile int *p = map(MAP_SHARED, MAP_INHERIT_SHARE);
	pid_t sharer = fork(), copy;

	if (sharer == 0) {
		await(go);
		CHECK_EQ(p[0], 1);	/* the parent's store after its fork stays with the parent */
		p[0] = 7;
		p[3 * PAGE / 4] = 77;	/* where nobody has been yet */
		pass(end);
		_exit(0);
	}
	CHECK_EQ(minherit((void *)p, 4 * PAGE, MAP_INHERIT_COPY), 0);
	copy = fork();
	if (copy == 0) {
		await(end);
		CHECK_EQ(p[0], 1);
		CHECK_EQ(p[3 * PAGE / 4], 0);
		_exit(0);
	}
	p[0] = 5;
	pass(go);
	expect_exit(sharer, 0);
	expect_exit(copy, 0);
	CHECK_EQ(p[0], 5);
	CHECK_EQ(p[3 * PAGE / 4], 0);
	munmap((void *)p, 4 * PAGE);
}

/* Also for a page that came from an earlier fork and is still shared copy-on-write with a relative. */
static void
test_share(int flags, int relative)
{
	struct baton go = new_baton(), end = new_baton();
	volatile int *p = map(flags, relative ? MAP_INHERIT_COPY : MAP_INHERIT_SHARE);
	pid_t older = 0, pid;

	if (relative) {
		older = fork();
		if (older == 0) {
			await(end);
			CHECK_EQ(p[0], 1);
			CHECK_EQ(p[PAGE / 4], 11);
			_exit(0);
		}
		CHECK_EQ(minherit((void *)p, 4 * PAGE, MAP_INHERIT_SHARE), 0);
	}
	pid = fork();
	if (pid == 0) {
		p[0] = 2;
		p[2 * PAGE / 4] = 22;
		pass(go);
		pid = fork();
		if (pid == 0) {
			p[PAGE / 4] = 44;
			_exit(0);
		}
		expect_exit(pid, 0);
		UNTIL(p[3 * PAGE / 4] != 0);
		_exit(p[3 * PAGE / 4] != 33);
	}
	await(go);
	CHECK_EQ(p[0], 2);
	CHECK_EQ(p[2 * PAGE / 4], 22);
	p[3 * PAGE / 4] = 33;
	expect_exit(pid, 0);
	CHECK_EQ(p[PAGE / 4], 44);
	if (relative) {
		pass(end);
		expect_exit(older, 0);
	}
	munmap((void *)p, 4 * PAGE);
}

/* A private mapping of a file that is to be shared: the file itself stays as it is. */
static void
test_share_private_file(void)
{
	int fd = open("/tmp/file", O_RDWR | O_CREAT | O_TRUNC, 0644);
	volatile char *p;
	static char text[2 * PAGE];
	pid_t pid;

	memset(text, 'f', sizeof(text));
	CHECK_EQ(write(fd, text, sizeof(text)), (int)sizeof(text));
	p = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	CHECK(p != MAP_FAILED);
	p[0] = 'p';
	CHECK_EQ(p[PAGE], 'f');
	CHECK_EQ(minherit((void *)p, 2 * PAGE, MAP_INHERIT_SHARE), 0);
	pid = fork();
	if (pid == 0) {
		CHECK_EQ(p[0], 'p');
		CHECK_EQ(p[PAGE + 1], 'f');
		p[0] = 'c';
		p[PAGE] = 'c';
		_exit(0);
	}
	expect_exit(pid, 0);
	CHECK_EQ(p[0], 'c');
	CHECK_EQ(p[PAGE], 'c');
	CHECK_EQ(pread(fd, text, sizeof(text), 0), (int)sizeof(text));
	CHECK_EQ(text[0], 'f');
	CHECK_EQ(text[PAGE], 'f');
}

/*
 * A shared file, or a segment, that is to be copied: the child has a private mapping of it, and sees what is stored
 * there until it stores to the same page itself. The parent goes on sharing.
 */
static void
test_copy_of_an_object(int segment, int touched)
{
	struct baton go = new_baton(), done = new_baton();
	static char text[3 * PAGE];
	int fd = -1, id = -1;
	volatile char *p, *other;
	pid_t pid;

	memset(text, 'f', sizeof(text));
	if (segment) {
		id = shmget(IPC_PRIVATE, sizeof(text), 0600);
		p = shmat(id, NULL, 0);
		other = shmat(id, NULL, 0);
		memcpy((char *)other, text, sizeof(text));
	} else {
		fd = open("/tmp/copied", O_RDWR | O_CREAT | O_TRUNC, 0644);
		CHECK_EQ(write(fd, text, sizeof(text)), (int)sizeof(text));
		p = mmap(NULL, sizeof(text), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		other = mmap(NULL, sizeof(text), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	}
	CHECK(p != (volatile char *)-1 && other != (volatile char *)-1);
	if (touched)
		for (int i = 0; i < 3; i++)
			p[i * PAGE] = 'p';
	char first = touched ? 'p' : 'f';
	CHECK_EQ(minherit((void *)p, sizeof(text), MAP_INHERIT_COPY), 0);
	pid = fork();
	if (pid == 0) {
		CHECK_EQ(p[0], first);
		p[PAGE] = 'c';
		pass(done);
		await(go);
		CHECK_EQ(p[0], 'P');
		CHECK_EQ(p[PAGE], 'c');
		CHECK_EQ(p[PAGE + 1], 'f');
		CHECK_EQ(p[2 * PAGE], 'O');
		CHECK_EQ(other[PAGE], 'P');	/* this one is shared as ever */
		p[0] = 'd';
		/* Its own child has a copy of what is private here. */
		pid = fork();
		if (pid == 0) {
			CHECK_EQ(p[0], 'd');
			CHECK_EQ(p[PAGE], 'c');
			CHECK_EQ(p[2 * PAGE], 'O');
			p[PAGE] = 'e';
			_exit(0);
		}
		expect_exit(pid, 0);
		CHECK_EQ(p[PAGE], 'c');
		_exit(0);
	}
	await(done);
	CHECK_EQ(p[PAGE], first);
	p[0] = 'P';
	p[PAGE] = 'P';
	other[2 * PAGE] = 'O';
	CHECK_EQ(p[2 * PAGE], 'O');
	pass(go);
	expect_exit(pid, 0);
	CHECK_EQ(other[0], 'P');
	CHECK_EQ(p[0], 'P');
	CHECK_EQ(p[PAGE], 'P');
	if (segment) {
		CHECK_EQ(shmctl(id, IPC_RMID, NULL), 0);
		CHECK_EQ(shmdt((void *)p), 0);
		CHECK_EQ(shmdt((void *)other), 0);
	} else {
		CHECK_EQ(pread(fd, text, sizeof(text), 0), (int)sizeof(text));
		CHECK_EQ(text[0], 'P');
		CHECK_EQ(text[PAGE], 'P');
		munmap((void *)p, sizeof(text));
		munmap((void *)other, sizeof(text));
		close(fd);
	}
}

/* Only the named pages, whole ones; gaps are passed over. */
static void
test_ranges(void)
{
	volatile char *p = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
	pid_t pid;

	CHECK(p != MAP_FAILED);
	for (int i = 0; i < 4; i++)
		p[i * PAGE] = 9;
	CHECK_EQ(minherit((void *)(p + PAGE + 100), 8, MAP_INHERIT_ZERO), 0);
	CHECK_EQ(munmap((void *)(p + 2 * PAGE), PAGE), 0);
	CHECK_EQ(minherit((void *)(p + PAGE), 3 * PAGE, MAP_INHERIT_ZERO), 0);
	CHECK_EQ(minherit((void *)p, 0, MAP_INHERIT_NONE), 0);
	pid = fork();
	if (pid == 0) {
		CHECK_EQ(p[0], 9);
		CHECK_EQ(p[PAGE], 0);
		CHECK_EQ(p[3 * PAGE], 0);
		_exit(0);
	}
	expect_exit(pid, 0);
	CHECK_ERRNO(minherit((void *)p, PAGE, 3), EINVAL);	/* DONATE_COPY */
	CHECK_ERRNO(minherit((void *)p, PAGE, 5), EINVAL);
	CHECK_ERRNO(minherit((void *)p, PAGE, -1), EINVAL);
	CHECK_ERRNO(minherit((void *)16, PAGE, MAP_INHERIT_COPY), EINVAL);
	CHECK_ERRNO(minherit((void *)p, (size_t)-1, MAP_INHERIT_COPY), EINVAL);
	CHECK_ERRNO(minherit((void *)0x3fffff0000, PAGE, MAP_INHERIT_COPY), EINVAL);
}

int
main(void)
{
	test_none(MAP_PRIVATE);
	test_none(MAP_SHARED);
	test_zero(MAP_PRIVATE);
	test_zero(MAP_SHARED);
	test_copy(MAP_PRIVATE);
	test_copy(MAP_SHARED);
	test_copy_leaves_sharers();
	test_share(MAP_PRIVATE, 0);
	test_share(MAP_SHARED, 0);
	test_share(MAP_PRIVATE, 1);
	test_share_private_file();
	for (int i = 0; i < 4; i++)
		test_copy_of_an_object(i & 1, i >> 1);
	test_ranges();
	return 0;
}
