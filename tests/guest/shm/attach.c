/* Attaching and detaching: addresses, protections, what is seen where. */
#include "shm.h"

int
main(void)
{
	int id = shmget(IPC_PRIVATE, 3 * 4096 - 100, 0600), again;
	volatile char *a = attach(id), *b, *ro;
	char *hole;
	struct shmid_ds ds;
	pid_t pid;

	CHECK_EQ((uintptr_t)a & 4095, 0);
	CHECK_EQ(a[0], 0);
	b = attach(id);
	CHECK(b != a);
	a[5000] = 'x';
	CHECK_EQ(b[5000], 'x');
	b[3 * 4096 - 1] = 'y';	/* to the end of the last page */
	CHECK_EQ(a[3 * 4096 - 1], 'y');
	ds = info(id);
	CHECK_EQ(ds.shm_nattch, 2);
	CHECK_EQ(ds.shm_lpid, getpid());
	CHECK(ds.shm_atime != 0);
	CHECK_EQ(ds.shm_dtime, 0);

	/* Read only, whatever mprotect wants. */
	ro = shmat(id, NULL, SHM_RDONLY);
	CHECK_EQ(ro[5000], 'x');
	CHECK_ERRNO(mprotect((void *)ro, 4096, PROT_READ | PROT_WRITE), EACCES);
	pid = fork();
	if (pid == 0) {
		ro[0] = 1;
		_exit(0);
	}
	expect_signal(pid, SIGSEGV);
	CHECK_EQ(shmdt((void *)ro), 0);

	/* At an address of our own. */
	hole = mmap(NULL, 8 * 4096, PROT_NONE, MAP_ANON | MAP_PRIVATE, -1, 0);
	CHECK(hole != MAP_FAILED);
	CHECK_EQ(munmap(hole, 8 * 4096), 0);
	ro = shmat(id, hole, 0);
	CHECK(ro == hole);
	CHECK_EQ((long)shmat(id, hole, 0), -1);
	CHECK_EQ(errno, ENOMEM);
	CHECK_EQ((long)shmat(id, hole + 4 * 4096 + 1, 0), -1);
	CHECK_EQ(errno, EINVAL);
	CHECK(shmat(id, hole + 4 * 4096 + 1, SHM_RND) == hole + 4 * 4096);
	CHECK_EQ((long)shmat(id + 1, NULL, 0), -1);
	CHECK_EQ(errno, EINVAL);
	CHECK_EQ(shmdt(hole), 0);
	CHECK_EQ(shmdt(hole + 4 * 4096), 0);

	/* Only what was attached, by its first address. */
	CHECK_ERRNO(shmdt((void *)(a + 4096)), EINVAL);
	CHECK_ERRNO(shmdt(hole), EINVAL);
	CHECK_EQ(shmdt((void *)b), 0);
	CHECK_EQ(attached(id), 1);
	CHECK(info(id).shm_dtime != 0);
	pid = fork();
	if (pid == 0) {
		b[0] = 1;	/* gone */
		_exit(0);
	}
	expect_signal(pid, SIGSEGV);

	/* Nobody has it attached, and it is still there. */
	CHECK_EQ(shmdt((void *)a), 0);
	CHECK_EQ(attached(id), 0);
	a = attach(id);
	CHECK_EQ(a[5000], 'x');

	/* Removed, it stays until nobody has it any more. */
	CHECK_EQ(shmctl(id, IPC_RMID, NULL), 0);
	a[1] = 'z';
	CHECK_EQ(a[1], 'z');
	CHECK_EQ(attached(id), 1);
	CHECK_EQ((long)shmat(id, NULL, 0), -1);
	CHECK_EQ(errno, EINVAL);
	again = shmget(IPC_PRIVATE, 4096, 0600);
	CHECK(again != id);
	CHECK_EQ(shmdt((void *)a), 0);
	CHECK_ERRNO(shmctl(id, IPC_STAT, &ds), EINVAL);
	/* Unmapping is not detaching. */
	a = attach(again);
	CHECK_EQ(munmap((void *)a, 4096), 0);
	CHECK_EQ(attached(again), 1);
	CHECK_EQ(shmdt((void *)a), 0);
	CHECK_EQ(attached(again), 0);
	return 0;
}
