/* Making, finding, describing and removing segments. */
#include <sys/sysctl.h>
#include <limits.h>
#include <stdint.h>

#include "shm.h"

static void
test_get(void)
{
	int id = shmget(1234, 5000, IPC_CREAT | 0640), other, private;
	struct shmid_ds ds;

	CHECK(id != -1);
	CHECK_EQ(shmget(1234, 0, 0), id);
	CHECK_EQ(shmget(1234, 5000, IPC_CREAT), id);
	CHECK_EQ(shmget(1234, 100, 0600), id);
	CHECK_ERRNO(shmget(1234, 5001, 0), EINVAL);
	CHECK_ERRNO(shmget(1234, 100, IPC_CREAT | IPC_EXCL), EEXIST);
	CHECK_ERRNO(shmget(1235, 100, 0), ENOENT);
	CHECK_ERRNO(shmget(1235, 0, IPC_CREAT), EINVAL);
	CHECK_ERRNO(shmget(1235, (size_t)1 << 40, IPC_CREAT), EINVAL);
	private = shmget(IPC_PRIVATE, 1, 0600);
	other = shmget(IPC_PRIVATE, 1, 0600);
	CHECK(private != other && private != id);

	ds = info(id);
	CHECK_EQ(ds.shm_segsz, 5000);
	CHECK_EQ(ds.shm_perm.mode & 0777, 0640);
	CHECK_EQ(ds.shm_perm.uid, 0);
	CHECK_EQ(ds.shm_perm.cuid, 0);
	CHECK_EQ(ds.shm_cpid, getpid());
	CHECK_EQ(ds.shm_lpid, 0);
	CHECK_EQ(ds.shm_nattch, 0);
	CHECK_EQ(ds.shm_atime, 0);
	CHECK_EQ(ds.shm_dtime, 0);
	CHECK(ds.shm_ctime <= time(NULL) && ds.shm_ctime >= time(NULL) - 1);
	CHECK_EQ(ds.shm_perm._key, 1234);

	CHECK_EQ(shmctl(id, IPC_RMID, NULL), 0);
	CHECK_ERRNO(shmctl(id, IPC_RMID, NULL), EINVAL);
	CHECK_ERRNO(shmctl(id, IPC_STAT, &ds), EINVAL);
	CHECK_ERRNO(shmget(1234, 0, 0), ENOENT);
	CHECK_ERRNO(shmctl(private, 99, NULL), EINVAL);
	/* The place is used again, under another identifier. */
	CHECK((other = shmget(1234, 10, IPC_CREAT | 0600)) != id);
	CHECK_EQ(other & 0xffff, id & 0xffff);
}

static void
test_set(void)
{
	int id = shmget(IPC_PRIVATE, 4096, 0600);
	struct shmid_ds ds = info(id);

	ds.shm_perm.uid = 5;
	ds.shm_perm.gid = 6;
	ds.shm_perm.mode = 0444;
	ds.shm_segsz = 1;	/* this is ignored */
	CHECK_EQ(shmctl(id, IPC_SET, &ds), 0);
	ds = info(id);
	CHECK_EQ(ds.shm_perm.uid, 5);
	CHECK_EQ(ds.shm_perm.gid, 6);
	CHECK_EQ(ds.shm_perm.cuid, 0);
	CHECK_EQ(ds.shm_perm.mode & 0777, 0444);
	CHECK_EQ(ds.shm_segsz, 4096);
	CHECK_EQ(shmctl(id, SHM_LOCK, NULL), 0);
	CHECK_EQ(shmctl(id, SHM_UNLOCK, NULL), 0);
	CHECK_EQ(shmctl(id, IPC_RMID, NULL), 0);
}

static void
test_permissions(void)
{
	int id = shmget(77, 4096, IPC_CREAT | 0604), closed = shmget(78, 4096, IPC_CREAT | 0600);
	struct shmid_ds ds;
	pid_t pid = fork();

	if (pid == 0) {
		CHECK_EQ(setgid(99), 0);
		CHECK_EQ(setuid(99), 0);
		CHECK_EQ(shmget(77, 0, 0400), id);
		CHECK_ERRNO(shmget(77, 0, 0600), EACCES);
		CHECK_ERRNO(shmget(78, 0, 0400), EACCES);
		CHECK_EQ((long)shmat(id, NULL, 0), -1);
		CHECK_EQ(errno, EACCES);
		CHECK(shmat(id, NULL, SHM_RDONLY) != NOWHERE);
		CHECK_EQ(shmctl(id, IPC_STAT, &ds), 0);
		CHECK_ERRNO(shmctl(closed, IPC_STAT, &ds), EACCES);
		CHECK_ERRNO(shmctl(id, IPC_SET, &ds), EPERM);
		CHECK_ERRNO(shmctl(id, IPC_RMID, NULL), EPERM);
		CHECK_ERRNO(shmctl(id, SHM_LOCK, NULL), EPERM);
		CHECK_EQ(shmctl(shmget(IPC_PRIVATE, 1, 0600), IPC_RMID, NULL), 0);
		_exit(0);
	}
	expect_exit(pid, 0);
	CHECK_EQ(attached(id), 0);
	CHECK_EQ(shmctl(id, IPC_RMID, NULL), 0);
	CHECK_EQ(shmctl(closed, IPC_RMID, NULL), 0);
}

/* What is no size for a segment cannot be the limit of it. */
static void
test_limits(void)
{
	static const int64_t bad[] = { INT64_MAX, INT64_MIN, -1, 0, (1LL << 43) - 4095 };
	int64_t before, max = (1LL << 43) - 4096;
	size_t size = sizeof(before);
	int pages;

	CHECK_EQ(sysctlbyname("kern.ipc.shmmax", &before, &size, NULL, 0), 0);
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_ERRNO(sysctlbyname("kern.ipc.shmmax", NULL, NULL, &bad[i], sizeof(bad[i])), EINVAL);
	CHECK_EQ(sysctlbyname("kern.ipc.shmmax", NULL, NULL, &max, sizeof(max)), 0);
	size = sizeof(pages);
	CHECK_EQ(sysctlbyname("kern.ipc.shmmaxpgs", &pages, &size, NULL, 0), 0);
	CHECK_EQ(pages, INT_MAX);
	CHECK_EQ(sysctlbyname("kern.ipc.shmmax", NULL, NULL, &before, sizeof(before)), 0);
}

int
main(void)
{
	test_limits();
	test_get();
	test_set();
	test_permissions();
	return 0;
}
