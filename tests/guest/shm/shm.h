/* System V shared memory, in few words. */
#ifndef SHM_H
#define SHM_H

#include <sys/types.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <sched.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

#define NOWHERE ((void *)-1)

static inline struct shmid_ds
info(int id)
{
	struct shmid_ds ds;

	CHECK_EQ(shmctl(id, IPC_STAT, &ds), 0);
	return ds;
}

static inline int
attached(int id)
{
	return info(id).shm_nattch;
}

static inline volatile char *
attach(int id)
{
	volatile char *p = shmat(id, NULL, 0);

	CHECK(p != NOWHERE);
	return p;
}

static inline void
expect_exit(pid_t pid, int code)
{
	int status;

	CHECK(pid > 0);
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, code << 8);
}

static inline void
expect_signal(pid_t pid, int signo)
{
	int status;

	CHECK(pid > 0);
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status & 0x7f, signo);
}

/* Wait for the other side to say something with a pipe. */
static inline void
await(int fd)
{
	char c;

	CHECK_EQ(read(fd, &c, 1), 1);
}

static inline void
pass(int fd)
{
	CHECK_EQ(write(fd, "x", 1), 1);
}

#endif
