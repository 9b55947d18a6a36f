/*
 * Fail the first, second, ... allocation of any kind during each way to make a process, until it succeeds (spec C.5,
 * C.6, decision D3). The test outside counts allocations from each mark on, and audits at every report.
 */
#define _GNU_SOURCE
#include <sys/param.h>
#include <sys/ipc.h>
#include <sys/ktrace.h>
#include <sys/mman.h>
#include <sys/ras.h>
#include <sys/shm.h>
#include <fcntl.h>
#include <mqueue.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>

#include "../cow/mark.h"
#include "../fork/baton.h"
#include "../fork/fork1.h"

#define PAGE	4096
#define REPORT	1000	/* + errno: it failed */
#define SUCCESS	2000

enum { FORK, VFORK66, VFORK14, SPAWN, CLONE, FORK1 };

static const struct { int how, flags; } flavours[] = {
	{ FORK, 0 },
	{ VFORK66, 0 },
	{ VFORK14, 0 },
	{ CLONE, 0 },
	{ CLONE, CLONE_VM },
	{ CLONE, CLONE_FS },
	{ CLONE, CLONE_FILES },
	{ CLONE, CLONE_VM | CLONE_SIGHAND },
	{ CLONE, CLONE_VFORK },
	{ CLONE, CLONE_VFORK | CLONE_FS | CLONE_FILES },
	{ CLONE, CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_VFORK },
	{ FORK1, FORK_NOWAIT },
	{ FORK1, FORK_CLEANFILES },
	{ FORK1, FORK_SYSTEM },
	{ FORK1, FORK_SYSTEM | FORK_PPWAIT },
	{ SPAWN, 0 },
};

static char stack[65536] __attribute__((aligned(16)));
static volatile char *memory[8];

static int
nothing(void *argument)
{
	(void)argument;
	return 0;
}

/* A process that exits at once; -1 and errno if there is none. */
static pid_t
make(int n)
{
	char *args[] = { "flavours", "child", NULL };
	pid_t pid = -1;

	switch (flavours[n].how) {
	case FORK:
		pid = fork();
		break;
	case VFORK66:
		pid = syscall(66);
		break;
	case VFORK14:
		pid = vfork();
		break;
	case CLONE:
		return __clone(nothing, stack + sizeof(stack), flavours[n].flags | SIGCHLD, NULL);
	case FORK1:
		pid = fork1(flavours[n].flags);
		break;
	default:
		errno = posix_spawn(&pid, "/bin/flavours", NULL, NULL, args, NULL);
		return errno == 0 ? pid : -1;
	}
	if (pid == 0)
		_exit(0);
	return pid;
}

static void
reap(int n, pid_t pid)
{
	if (flavours[n].how == FORK1 && flavours[n].flags & FORK_NOWAIT) {
		CHECK_ERRNO(waitpid(pid, NULL, 0), ECHILD);
		UNTIL(kill(pid, 0) == -1);
	} else
		expect_exit(pid, 0);
}

static volatile char *
map(int flags)
{
	char *p = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_ANON | flags, -1, 0);

	CHECK(p != MAP_FAILED);
	p[0] = p[PAGE] = 1;
	return p;
}

/* Everything of which a child gets its share, so that all of it has to be given back. */
static void
set_up(void)
{
	struct mq_attr attributes = { .mq_maxmsg = 1, .mq_msgsize = 8 };
	int shm = shmget(IPC_PRIVATE, PAGE, IPC_CREAT | 0600);
	int trace = open("/tmp/trace", O_CREAT | O_RDWR, 0600);
	sigset_t mask;

	memory[0] = map(MAP_PRIVATE);
	memory[1] = map(MAP_SHARED);
	memory[2] = map(MAP_PRIVATE);
	CHECK_EQ(mlock((void *)memory[2], 4 * PAGE), 0);
	memory[3] = map(MAP_PRIVATE);
	CHECK_EQ(minherit((void *)memory[3], 4 * PAGE, MAP_INHERIT_SHARE), 0);
	memory[4] = map(MAP_PRIVATE);
	CHECK_EQ(minherit((void *)memory[4], 4 * PAGE, MAP_INHERIT_ZERO), 0);
	memory[5] = map(MAP_PRIVATE);
	CHECK_EQ(minherit((void *)memory[5], 4 * PAGE, MAP_INHERIT_NONE), 0);
	memory[6] = map(MAP_SHARED);
	CHECK_EQ(minherit((void *)memory[6], 4 * PAGE, MAP_INHERIT_COPY), 0);
	memory[7] = shmat(shm, NULL, 0);
	CHECK(memory[7] != (void *)-1);
	CHECK_EQ(shmctl(shm, IPC_RMID, NULL), 0);
	memory[7][0] = 1;
	CHECK(mq_open("/queue", O_CREAT | O_RDWR, 0600, &attributes) != -1);
	CHECK_EQ(mq_unlink("/queue"), 0);
	CHECK(trace >= 0);
	CHECK_EQ(fktrace(trace, KTROP_SET, KTRFAC_USER | KTRFAC_EMUL | KTRFAC_INHERIT, getpid()), 0);
	CHECK_EQ(flock(trace, LOCK_EX), 0);
	CHECK_EQ(rasctl((char *)nothing, 4, RAS_INSTALL), 0);
	sigemptyset(&mask);
	sigaddset(&mask, SIGUSR1);
	CHECK_EQ(sigprocmask(SIG_BLOCK, &mask, NULL), 0);
	raise(SIGUSR1);
}

int
main(int argc, char **argv)
{
	(void)argv;
	if (argc == 2)
		return 0;
	set_up();
	for (unsigned i = 0; i < sizeof(flavours) / sizeof(flavours[0]); i++) {
		reap(i, make(i));	/* what is allocated once only, is by now */
		for (int n = 1; ; n++) {
			CHECK(n < 200);
			mark(n, NULL);
			pid_t pid = make(i);
			if (pid > 0) {
				mark(SUCCESS, NULL);
				reap(i, pid);
				break;
			}
			mark(REPORT + errno, NULL);
			CHECK_ERRNO(waitpid(-1, NULL, WNOHANG), ECHILD);
			for (int m = 0; m < 8; m++)
				CHECK_EQ(memory[m][0], 1);
			reap(i, make(i));	/* the next one works */
		}
	}
	return 0;
}
