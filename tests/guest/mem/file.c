/* Mapped files: what is shared with read and write, what is not, ends, offsets, permissions. */
#include <sys/stat.h>
#include <fcntl.h>

#include "mem.h"

#define RW (PROT_READ | PROT_WRITE)

static char block[5 * PAGE], got[5 * PAGE];

static int
make(const char *path, int flags)
{
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0644);

	CHECK(fd >= 0);
	for (size_t i = 0; i < sizeof(block); i++)
		block[i] = (char)(i * 7 + i / PAGE);
	CHECK_EQ(write(fd, block, sizeof(block)), sizeof(block));
	if (flags == O_RDWR)
		return fd;
	close(fd);
	fd = open(path, flags);
	CHECK(fd >= 0);
	return fd;
}

static void
check_refused(void *p, int error, int line)
{
	if (p != MAP_FAILED || errno != error)
		CHECK_FAIL("line %d: %p, errno %d, not %d", line, p, errno, error);
}

#define REFUSED(error, prot, flags, fd, off) \
	check_refused((errno = 0, mmap(NULL, PAGE, prot, flags, fd, off)), error, __LINE__)

static void
permissions(void)
{
	int ro = make("/tmp/ro", O_RDONLY), wo = make("/tmp/wo", O_WRONLY), dir = open("/tmp", O_RDONLY), fds[2];
	char *p;

	REFUSED(EACCES, RW, MAP_SHARED, ro, 0);
	REFUSED(EACCES, PROT_WRITE, MAP_SHARED, ro, 0);
	REFUSED(EACCES, PROT_READ, MAP_SHARED, wo, 0);
	REFUSED(EACCES, RW, MAP_PRIVATE, wo, 0);
	REFUSED(EACCES, RW, MAP_SHARED, wo, 0);
	p = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, ro, 0);
	CHECK(p != MAP_FAILED);
	CHECK_EQ(store_signal(p, 1), SIGSEGV);
	CHECK_ERRNO(mprotect(p, PAGE, RW), EACCES);
	CHECK_EQ(mprotect(p, PAGE, PROT_NONE), 0);
	CHECK_EQ(mprotect(p, PAGE, PROT_READ | PROT_EXEC), 0);
	p = mmap(NULL, PAGE, RW, MAP_PRIVATE, ro, 0);	/* one's own copy may be written */
	CHECK(p != MAP_FAILED);
	CHECK_EQ(store_signal(p, 1), 0);
	CHECK_EQ(pread(ro, got, 1, 0), 1);
	CHECK_EQ(got[0], block[0]);
	CHECK_EQ(pipe(fds), 0);
	REFUSED(ENODEV, PROT_READ, MAP_PRIVATE, fds[0], 0);
	errno = 0;
	p = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, dir, 0);
	CHECK(p == MAP_FAILED && (errno == ENODEV || errno == EACCES || errno == EINVAL));
	REFUSED(EINVAL, PROT_READ, MAP_PRIVATE, ro, -4096);
	/* A refused mapping leaves nothing behind, and the file's descriptor may be closed. */
	errno = 0;
	CHECK(mmap((void *)1, PAGE, PROT_READ, MAP_PRIVATE | MAP_FIXED, ro, 0) == MAP_FAILED);
	CHECK_EQ(errno, EINVAL);
	close(ro);
	close(wo);
	close(dir);
}

static void
coherence(void)
{
	int fd = make("/tmp/co", O_RDWR);
	char *s = mmap(NULL, sizeof(block), RW, MAP_SHARED, fd, 0);
	char *t = mmap(NULL, sizeof(block), PROT_READ, MAP_SHARED, fd, 0);
	char *v = mmap(NULL, sizeof(block), RW, MAP_PRIVATE, fd, 0);

	CHECK(s != MAP_FAILED && t != MAP_FAILED && v != MAP_FAILED);
	CHECK(memcmp(s, block, sizeof(block)) == 0);
	CHECK(memcmp(t, block, sizeof(block)) == 0);
	/* A store is seen by read, by the other mapping, and by a private one that has no copy yet. */
	s[PAGE + 5] = 'S';
	CHECK_EQ(pread(fd, got, 1, PAGE + 5), 1);
	CHECK_EQ(got[0], 'S');
	CHECK_EQ(t[PAGE + 5], 'S');
	CHECK_EQ(v[PAGE + 5], 'S');
	/* write is seen by all of them. */
	CHECK_EQ(pwrite(fd, "WXYZ", 4, 2 * PAGE - 2), 4);
	CHECK(memcmp(s + 2 * PAGE - 2, "WXYZ", 4) == 0);
	CHECK(memcmp(t + 2 * PAGE - 2, "WXYZ", 4) == 0);
	CHECK(memcmp(v + 2 * PAGE - 2, "WXYZ", 4) == 0);
	/* A private page that was stored to is separate, in both directions. */
	v[10] = 'V';
	CHECK_EQ(s[10], block[10]);
	CHECK_EQ(pread(fd, got, 1, 10), 1);
	CHECK_EQ(got[0], block[10]);
	s[11] = 'S';
	CHECK_EQ(v[11], block[11]);
	CHECK_EQ(pwrite(fd, "Q", 1, 12), 1);
	CHECK_EQ(v[12], block[12]);
	CHECK_EQ(v[10], 'V');
	/* In a child: shared stores come back, private ones do not. */
	if (fork() == 0) {
		s[20] = 'c';
		v[20] = 'c';
		v[3 * PAGE] = 'c';
		_exit(t[20] != 'c');
	}
	int status;
	CHECK(wait(&status) > 0);
	CHECK_EQ(status, 0);
	CHECK_EQ(s[20], 'c');
	CHECK_EQ(v[20], block[20]);
	CHECK_EQ(v[3 * PAGE], block[3 * PAGE]);
	/* read into a mapping of the same file, write from one. */
	CHECK_EQ(pwrite(fd, s, PAGE, 4 * PAGE), PAGE);
	CHECK_EQ(pread(fd, s + PAGE, PAGE, 0), PAGE);
	CHECK(memcmp(s, s + PAGE, PAGE) == 0);
	CHECK(memcmp(s, s + 4 * PAGE, PAGE) == 0);

	/* Closed and removed, the mapping stays. */
	CHECK_EQ(close(fd), 0);
	CHECK_EQ(unlink("/tmp/co"), 0);
	s[0] = 'z';
	CHECK_EQ(t[0], 'z');
	CHECK_EQ(msync(s, sizeof(block), MS_SYNC), 0);
	CHECK_EQ(munmap(s, sizeof(block)), 0);
	CHECK_EQ(t[0], 'z');
	CHECK_EQ(v[10], 'V');
	CHECK_EQ(munmap(t, sizeof(block)), 0);
	CHECK_EQ(munmap(v, sizeof(block)), 0);
}

static void
offsets(void)
{
	int fd = make("/tmp/off", O_RDWR);
	char *p = mmap(NULL, 2 * PAGE, RW, MAP_SHARED, fd, 2 * PAGE);

	CHECK(p != MAP_FAILED);
	CHECK(memcmp(p, block + 2 * PAGE, 2 * PAGE) == 0);
	/* One within a page: the address is as far into its page. */
	char *q = mmap(NULL, 100, PROT_READ, MAP_SHARED, fd, PAGE + 50);
	CHECK(q != MAP_FAILED);
	CHECK_EQ((uintptr_t)q % PAGE, 50);
	CHECK_EQ(*q, block[PAGE + 50]);
	CHECK_EQ(munmap(q - 50, PAGE), 0);
	/* In the middle of a mapping that is cut, pages keep their offsets. */
	CHECK_EQ(munmap(p, PAGE), 0);
	CHECK_EQ(p[PAGE], block[3 * PAGE]);
	p[PAGE] = 'x';
	CHECK_EQ(pread(fd, got, 1, 3 * PAGE), 1);
	CHECK_EQ(got[0], 'x');
	/* Wholly beyond the end: there, but not to be touched. */
	p = mmap(NULL, PAGE, RW, MAP_SHARED, fd, 100 * PAGE);
	CHECK(p != MAP_FAILED);
	CHECK_EQ(load_signal(p), SIGBUS);
	p = mmap(NULL, PAGE, RW, MAP_SHARED, fd, 1l << 60);
	CHECK(p == MAP_FAILED || load_signal(p) == SIGBUS);
	close(fd);
	unlink("/tmp/off");
}

static void
truncation(void)
{
	int fd = make("/tmp/tr", O_RDWR);
	char *s = mmap(NULL, sizeof(block), RW, MAP_SHARED, fd, 0);
	char *v = mmap(NULL, sizeof(block), RW, MAP_PRIVATE, fd, 0);

	CHECK(memcmp(s, block, sizeof(block)) == 0);
	CHECK(memcmp(v, block, sizeof(block)) == 0);
	v[4 * PAGE] = 'V';
	/* Shorter: pages beyond the end are gone for everybody, a child included; the last one ends in zeroes. */
	pid_t pid = fork();
	if (pid == 0) {
		sleep_ms(5);
		CHECK_EQ(load_signal(s + 3 * PAGE), SIGBUS);
		CHECK_EQ(load_signal(v + 3 * PAGE), SIGBUS);
		CHECK_EQ(v[4 * PAGE], 'V');
		_exit(0);
	}
	CHECK_EQ(ftruncate(fd, 2 * PAGE + 100), 0);
	CHECK_EQ(s[2 * PAGE + 99], block[2 * PAGE + 99]);
	CHECK_EQ(s[2 * PAGE + 100], 0);
	CHECK_EQ(v[2 * PAGE + 100], 0);
	CHECK_EQ(load_signal(s + 3 * PAGE), SIGBUS);
	CHECK_EQ(store_signal(s + 4 * PAGE, 1), SIGBUS);
	CHECK_EQ(load_signal(v + 3 * PAGE), SIGBUS);
	CHECK_EQ(v[4 * PAGE], 'V');		/* one's own copy stays */
	int status;
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 0);
	/* Longer again: zeroes, through the same mapping. */
	CHECK_EQ(ftruncate(fd, sizeof(block)), 0);
	CHECK_EQ(s[2 * PAGE + 100], 0);
	CHECK_EQ(s[3 * PAGE], 0);
	s[4 * PAGE + 1] = 'L';
	CHECK_EQ(pread(fd, got, 1, 4 * PAGE + 1), 1);
	CHECK_EQ(got[0], 'L');
	/* O_TRUNC counts as well. */
	int again = open("/tmp/tr", O_WRONLY | O_TRUNC);
	CHECK(again >= 0);
	CHECK_EQ(load_signal(s), SIGBUS);
	/* And writing makes pages appear. */
	CHECK_EQ(write(again, "new", 3), 3);
	CHECK(memcmp(s, "new", 4) == 0);
	CHECK_EQ(load_signal(s + PAGE), SIGBUS);
	/* System calls see the end of the file in a mapping, too. */
	CHECK_ERRNO(write(fd, s + PAGE, 10), EFAULT);
	close(fd);
	close(again);
	unlink("/tmp/tr");
}

static void
zero_device(void)
{
	int fd = open("/dev/zero", O_RDWR);
	char *v = mmap(NULL, 2 * PAGE, RW, MAP_PRIVATE, fd, 0), *s = mmap(NULL, 2 * PAGE, RW, MAP_SHARED, fd, 0);

	CHECK(fd >= 0 && v != MAP_FAILED && s != MAP_FAILED);
	CHECK_EQ(v[PAGE], 0);
	CHECK_EQ(s[PAGE], 0);
	if (fork() == 0) {
		v[0] = s[0] = 1;
		_exit(0);
	}
	wait(NULL);
	CHECK_EQ(v[0], 0);
	CHECK_EQ(s[0], 1);
	int null = open("/dev/null", O_RDWR);
	CHECK(null >= 0);
}

int
main(void)
{
	permissions();
	coherence();
	offsets();
	truncation();
	zero_device();
	return 0;
}
