/*
 * A process whose thread waits in vfork ends, or runs another program, when the child has let that thread go, and
 * not before (spec C.16, C.31: the wait cannot be disturbed; no exit or exec is complete while an LWP is left).
 */
#include <sys/mman.h>
#include <sys/param.h>
#include <sys/sysctl.h>
#include <sys/wait.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

static char *self;
static volatile int *shared;	/* 0: what happened last; 1: the child's pid; 2: it may go on */

static void
pass_time(long ms)
{
	const struct timespec t = { 0, ms * 1000000 };

	nanosleep(&t, NULL);
}

static struct kinfo_proc2
info(pid_t pid)
{
	int mib[] = { CTL_KERN, KERN_PROC2, KERN_PROC_PID, pid, sizeof(struct kinfo_proc2), 1 };
	struct kinfo_proc2 k;
	size_t size = sizeof(k);

	memset(&k, 0, sizeof(k));
	CHECK_EQ(sysctl(mib, 6, &k, &size, NULL, 0), 0);
	return k;
}

/* A thread in vfork. Its child waits until it is told to go on, at most for 5 s. */
static void *
in_vfork(void *how)
{
	pid_t pid = vfork();

	if (pid == 0) {
		shared[1] = getpid();
		for (int i = 0; i < 5000 && !shared[2]; i++)
			pass_time(1);
		shared[0] = 1;
		if (how != NULL)
			execl(self, self, "child", NULL);
		_exit(3);
	}
	shared[0] = 2;	/* it must not come to this: the thread is to end in the kernel */
	return NULL;
}

static void *
sleeps(void *argument)
{
	pause();
	return argument;
}

enum how { EXIT_KILLED, EXIT, SIGNAL, KILL, EXEC, FAIL, COUNT };

static void
act(enum how how, int child_execs)
{
	pthread_t thread, other;

	CHECK_EQ(pthread_create(&thread, NULL, in_vfork, child_execs ? "" : NULL), 0);
	CHECK_EQ(pthread_create(&other, NULL, sleeps, NULL), 0);
	while (!shared[1])
		sched_yield();
	switch (how) {
	case EXIT_KILLED:
	case EXIT:
		_exit(7);
	case SIGNAL:
		signal(SIGTERM, SIG_DFL);
		raise(SIGTERM);
		break;
	case KILL:
		pause();
		break;
	case EXEC:
		execl(self, self, "exec", NULL);
		break;
	default:
		/* An exec that fails costs nobody his life. */
		execl("/absent", "absent", NULL);
		CHECK_EQ(errno, ENOENT);
		CHECK_EQ(kill(shared[1], 0), 0);
		shared[2] = 1;
		CHECK_EQ(pthread_join(thread, NULL), 0);
		CHECK_EQ(shared[0], 2);
		_exit(7);
	}
	CHECK_FAIL("it lives");
}

static void
test(enum how how, int child_execs)
{
	int status;
	pid_t pid;

	shared[0] = shared[1] = shared[2] = 0;
	pid = fork();
	if (pid == 0)
		act(how, child_execs);
	while (!shared[1])
		sched_yield();
	if (how == KILL)
		CHECK_EQ(kill(pid, SIGKILL), 0);
	if (how != FAIL) {
		pass_time(20);
		/* It is still there, with the thread that waits and the one that ends it. */
		CHECK_EQ(waitpid(pid, &status, WNOHANG), 0);
		CHECK_EQ(info(pid).p_nlwps, 2);
		CHECK(strcmp(info(pid).p_comm, "vfork_ends") == 0);
		CHECK_EQ(kill(shared[1], 0), 0);
		CHECK_EQ(shared[0], 0);
		/* Nothing hurries it. */
		if (how == EXIT_KILLED)
			CHECK_EQ(kill(pid, SIGKILL), 0);
		shared[2] = 1;
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	if (how != FAIL)
		CHECK_EQ(shared[0], 1);
	CHECK_EQ(status, how == SIGNAL ? SIGTERM : how == KILL ? SIGKILL : 7 << 8);
}

int
main(int argc, char **argv)
{
	self = "/bin/vfork_ends";
	if (argc == 2)
		return 7;
	shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANON, -1, 0);
	CHECK(shared != MAP_FAILED);
	for (int how = 0; how < COUNT; how++) {
		test(how, 0);
		test(how, 1);
	}
	return 0;
}
