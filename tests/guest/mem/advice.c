/* mincore, msync, madvise, mlock and its limits. */
#include <sys/resource.h>
#include <fcntl.h>

#include "mem.h"

#define RW (PROT_READ | PROT_WRITE)

static void
lock_limits(void)
{
	struct rlimit rl = { 8 * PAGE, 8 * PAGE };
	char *p = map_anon(16 * PAGE, RW);

	CHECK_EQ(setrlimit(RLIMIT_MEMLOCK, &rl), 0);
	CHECK_ERRNO(mlock(p, 9 * PAGE), EAGAIN);
	CHECK_EQ(mlock(p, 8 * PAGE), 0);
	CHECK_ERRNO(mlock(p + 8 * PAGE, 1), EAGAIN);
	CHECK_EQ(munlock(p, 4 * PAGE), 0);
	CHECK_EQ(mlock(p + 8 * PAGE, 4 * PAGE), 0);
	CHECK_ERRNO(mlockall(MCL_CURRENT), ENOMEM);
	CHECK_EQ(munlockall(), 0);
	CHECK_EQ(mlockall(MCL_FUTURE), 0);
	/* New mappings are locked, or refused. */
	char *q = mmap(NULL, 4 * PAGE, RW, MAP_ANON | MAP_PRIVATE, -1, 0);
	CHECK(q != MAP_FAILED);
	char vec[4];
	CHECK_EQ(mincore(q, 4 * PAGE, vec), 0);
	CHECK(vec[0] && vec[3]);
	errno = 0;
	CHECK(mmap(NULL, 5 * PAGE, RW, MAP_ANON | MAP_PRIVATE, -1, 0) == MAP_FAILED);
	CHECK_EQ(errno, ENOMEM);
	/* A child has nothing locked, and need not lock what it maps. */
	if (fork() == 0) {
		CHECK(mmap(NULL, 100 * PAGE, RW, MAP_ANON | MAP_PRIVATE, -1, 0) != MAP_FAILED);
		CHECK_EQ(mlock(p, 8 * PAGE), 0);
		_exit(0);
	}
	int status;
	wait(&status);
	CHECK_EQ(status, 0);
}

int
main(void)
{
	char *p = map_anon(8 * PAGE, RW), vec[16];
	int fd = open("/tmp/advice", O_RDWR | O_CREAT, 0600);

	/* mincore: what has been touched. */
	memset(vec, 9, sizeof(vec));
	CHECK_EQ(mincore(p, 8 * PAGE, vec), 0);
	for (int i = 0; i < 8; i++)
		CHECK_EQ(vec[i], 0);
	CHECK_EQ(vec[8], 9);
	p[2 * PAGE] = 1;
	(void)*(volatile char *)(p + 5 * PAGE);
	CHECK_EQ(mincore(p, 8 * PAGE - 1, vec), 0);
	for (int i = 0; i < 8; i++)
		CHECK_EQ(vec[i], i == 2 || i == 5);
	CHECK_ERRNO(mincore(p + 1, PAGE, vec), EINVAL);
	CHECK_ERRNO(mincore(p, 0, vec), EINVAL);
	CHECK_ERRNO(mincore(NULL, PAGE, vec), ENOMEM);
	CHECK_ERRNO(mincore((void *)0x1000000000, PAGE, vec), ENOMEM);
	CHECK_ERRNO(mincore(p, 8 * PAGE, (char *)-1), EFAULT);
	/* A file's pages are in core once they are written. */
	CHECK_EQ(pwrite(fd, "x", 1, PAGE), 1);
	char *f = mmap(NULL, 2 * PAGE, RW, MAP_SHARED, fd, 0);
	CHECK_EQ(mincore(f, 2 * PAGE, vec), 0);
	CHECK_EQ(vec[1], 1);

	/* msync */
	CHECK_EQ(msync(f, 2 * PAGE, MS_SYNC), 0);
	CHECK_EQ(msync(f, 2 * PAGE, MS_ASYNC), 0);
	CHECK_EQ(msync(f, 2 * PAGE, MS_SYNC | MS_INVALIDATE), 0);
	CHECK_EQ(msync(f, 2 * PAGE, MS_INVALIDATE), 0);
	CHECK_ERRNO(msync(f, PAGE, 0), EINVAL);
	CHECK_ERRNO(msync(f, PAGE, MS_SYNC | MS_ASYNC), EINVAL);
	CHECK_ERRNO(msync(f, PAGE, -1), EINVAL);
	CHECK_ERRNO(msync(f, PAGE, 8), EINVAL);
	CHECK_ERRNO(msync((void *)0x1000000000, PAGE, MS_SYNC), EFAULT);

	/* madvise: no advice changes what is there, but FREE may. */
	strcpy(p, "text");
	for (int advice = MADV_NORMAL; advice <= MADV_DONTNEED; advice++) {
		CHECK_EQ(madvise(p, 8 * PAGE, advice), 0);
		CHECK_STR(p, "text");
		CHECK_EQ(posix_madvise(p, 8 * PAGE, advice), 0);
	}
	CHECK_EQ(madvise(p, PAGE, MADV_FREE), 0);
	CHECK(p[0] == 't' || p[0] == 0);
	strcpy(p, "again");
	CHECK_STR(p, "again");
	CHECK_ERRNO(madvise(p, PAGE, 77), EINVAL);
	CHECK_ERRNO(madvise(p, PAGE, -1), EINVAL);
	CHECK_ERRNO(madvise((void *)0x1000000000, PAGE, MADV_NORMAL), ENOMEM);
	strcpy(f + PAGE, "file");
	CHECK_EQ(madvise(f, 2 * PAGE, MADV_FREE), 0);
	CHECK_STR(f + PAGE, "file");

	/* mlock brings pages in. */
	CHECK_EQ(mlock(p, 8 * PAGE), 0);
	CHECK_EQ(mincore(p, 8 * PAGE, vec), 0);
	for (int i = 0; i < 8; i++)
		CHECK_EQ(vec[i], 1);
	CHECK_EQ(munlock(p, 8 * PAGE), 0);
	CHECK_ERRNO(mlock(NULL, PAGE), EINVAL);
	CHECK_ERRNO(mlock((char *)-1, PAGE), EINVAL);
	CHECK_ERRNO(mlock((void *)0x1000000000, PAGE), ENOMEM);
	CHECK_ERRNO(munlock((void *)0x1000000000, PAGE), ENOMEM);
	CHECK_ERRNO(mlockall(0), EINVAL);
	CHECK_ERRNO(mlockall(8), EINVAL);
	CHECK_EQ(mlockall(MCL_CURRENT), 0);
	CHECK_EQ(munlockall(), 0);
	/* Memory nobody may touch cannot be brought in. */
	char *none = map_anon(PAGE, PROT_NONE);
	int r = mlock(none, PAGE);
	CHECK(r == 0 || errno == ENOMEM || errno == EAGAIN);
	CHECK_CHILD(lock_limits);
	return 0;
}
