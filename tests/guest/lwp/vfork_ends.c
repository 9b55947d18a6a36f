/*
 * A process whose thread waits in vfork ends, or runs another program, when the child has let that thread go, and
 * not before (spec C.16, C.31: the wait cannot be disturbed; no exit or exec is complete while an LWP is left).
 */
#include <sys/mman.h>
#include <sys/wait.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "../fork/proc2.h"
#include "check.h"

static char *self;
static volatile int *shared;	/* 0: what happened last; 1: the child's pid; 2: it may go on */

static void
pass_time(long ms)
{
	const struct timespec t = { 0, ms * 1000000 };

	nanosleep(&t, NULL);
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

enum how { EXIT_KILLED, EXIT, SIGNAL, KILL, EXEC, EXEC_KILLED, EXEC_STOPPED, FAIL, COUNT };

/* What the thread does that is not in vfork. */
static void *
end(void *argument)
{
	enum how how = *(enum how *)argument;

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
	case EXEC_KILLED:
	case EXEC_STOPPED:
		execl(self, self, "exec", NULL);
		break;
	default:
		/* An exec that fails costs nobody his life. */
		execl("/absent", "absent", NULL);
		CHECK_EQ(errno, ENOENT);
		CHECK_EQ(kill(shared[1], 0), 0);
		shared[2] = 1;
		while (shared[0] != 2)
			sched_yield();
		_exit(7);
	}
	CHECK_FAIL("it lives");
}

/* Either thread may be the first of the process, the one whose id exec leaves. */
static void
act(enum how how, int child_execs, int first_forks)
{
	pthread_t thread, other;
	void *execs = child_execs ? "" : NULL;

	CHECK_EQ(pthread_create(&other, NULL, sleeps, NULL), 0);
	if (first_forks) {
		CHECK_EQ(pthread_create(&thread, NULL, end, &how), 0);
		in_vfork(execs);
		pause();
	} else {
		CHECK_EQ(pthread_create(&thread, NULL, in_vfork, execs), 0);
		end(&how);
	}
}

static void
test(enum how how, int child_execs, int first_forks)
{
	int status;
	pid_t pid;

	shared[0] = shared[1] = shared[2] = 0;
	pid = fork();
	if (pid == 0)
		act(how, child_execs, first_forks);
	while (!shared[1])
		sched_yield();
	if (how == KILL)
		CHECK_EQ(kill(pid, SIGKILL), 0);
	if (how != FAIL) {
		pass_time(20);
		/* It is still there, with the thread that waits and the one that ends it. */
		CHECK_EQ(waitpid(pid, &status, WNOHANG), 0);
		CHECK_EQ(process(pid).p_nlwps, 2);
		CHECK(strcmp(process(pid).p_comm, "vfork_ends") == 0);
		CHECK_EQ(kill(shared[1], 0), 0);
		CHECK_EQ(shared[0], 0);
		/* Nothing hurries it. */
		if (how == EXIT_KILLED || how == EXEC_KILLED)
			CHECK_EQ(kill(pid, SIGKILL), 0);
		if (how == EXEC_STOPPED)
			CHECK_EQ(kill(pid, SIGSTOP), 0);
		shared[2] = 1;
	}
	if (how == EXEC_STOPPED) {
		CHECK_EQ(waitpid(pid, &status, WUNTRACED), pid);
		CHECK(WIFSTOPPED(status));
		pass_time(20);
		CHECK_EQ(process(pid).p_nlwps, 1);
		CHECK_EQ(waitpid(pid, &status, WNOHANG), 0);
		CHECK_EQ(kill(pid, SIGCONT), 0);
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	if (how != FAIL)
		CHECK_EQ(shared[0], 1);
	CHECK_EQ(status, how == SIGNAL ? SIGTERM : how == KILL || how == EXEC_KILLED ? SIGKILL : 7 << 8);
}

int
main(int argc, char **argv)
{
	self = "/bin/vfork_ends";
	if (argc == 2)
		return 7;
	shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANON, -1, 0);
	CHECK(shared != MAP_FAILED);
	for (int how = 0; how < COUNT; how++)
		for (int n = 0; n < 4; n++)
			test(how, n & 1, n >> 1);
	return 0;
}
