/* Making processes and waiting for them. */
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include "../check.h"

#define STACK 32768

static char trace[64];
static volatile int shared;

static void
note(const char *s)
{
	strcat(trace, s);
}

static void prepare1(void) { note("p1 "); }
static void prepare2(void) { note("p2 "); }
static void parent1(void) { note("f1 "); }
static void parent2(void) { note("f2 "); }
static void child1(void) { note("c1 "); }
static void child2(void) { note("c2 "); }

static int
wait_exit(pid_t pid)
{
	int status;

	CHECK(pid > 0);
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
test_atfork(void)
{
	pid_t pid;

	CHECK_EQ(pthread_atfork(prepare1, parent1, child1), 0);
	CHECK_EQ(pthread_atfork(prepare2, parent2, child2), 0);
	CHECK_EQ(pthread_atfork(NULL, NULL, NULL), 0);
	pid = fork();
	if (pid == 0)
		_exit(strcmp(trace, "p2 p1 c1 c2 ") != 0);
	CHECK_STR(trace, "p2 p1 f1 f2 ");
	CHECK_EQ(wait_exit(pid), 0);
	/* The system call itself runs no handlers; nor does vfork. */
	trace[0] = '\0';
	pid = syscall(SYS_fork);
	if (pid == 0)
		_exit(7);
	CHECK_EQ(wait_exit(pid), 7);
	pid = vfork();
	if (pid == 0)
		_exit(8);
	CHECK_EQ(wait_exit(pid), 8);
	CHECK_STR(trace, "");
}

static void
test_vfork(void)
{
	volatile long kept = 12345;
	pid_t pid;

	shared = 0;
	pid = vfork();
	if (pid == 0) {
		shared = 1;
		_exit(3);
	}
	CHECK_EQ(shared, 1);
	CHECK_EQ(kept, 12345);
	CHECK_EQ(wait_exit(pid), 3);
	/* The old vfork waits as well, but has a copy of memory. */
	shared = 0;
	pid = syscall(SYS_vfork);
	if (pid == 0) {
		shared = 1;
		_exit(4);
	}
	CHECK_EQ(shared, 0);
	CHECK_EQ(wait_exit(pid), 4);
}

static int
clone_main(void *argument)
{
	shared += *(int *)argument;
	return 40 + shared;
}

static void
test_clone(void)
{
	char *stack = malloc(STACK);
	int argument = 2, status;
	pid_t pid;

	CHECK_ERRNO(__clone(NULL, stack + STACK, 0, NULL), EINVAL);
	CHECK_ERRNO(__clone(clone_main, NULL, 0, NULL), EINVAL);
	shared = 0;
	pid = __clone(clone_main, stack + STACK, CLONE_VM | SIGCHLD, &argument);
	CHECK_EQ(wait_exit(pid), 42);
	CHECK_EQ(shared, 2);
	pid = __clone(clone_main, stack + STACK, 0, &argument);
	CHECK(pid > 0);
	CHECK_EQ(waitpid(pid, &status, __WALL), pid);
	CHECK_EQ(WEXITSTATUS(status), 44);
	CHECK_EQ(shared, 2);
	free(stack);
}

static void
test_wait(void)
{
	struct rusage ru;
	siginfo_t info;
	int status;
	pid_t pid;

	CHECK_ERRNO(wait(&status), ECHILD);
	pid = fork();
	if (pid == 0) {
		pause();
		_exit(0);
	}
	CHECK_EQ(waitpid(pid, &status, WNOHANG), 0);
	memset(&info, 0xff, sizeof(info));
	CHECK_EQ(waitid(P_PID, pid, &info, WEXITED | WNOHANG), 0);
	CHECK_EQ(info.si_pid, 0);
	CHECK_EQ(kill(pid, SIGTERM), 0);
	CHECK_EQ(waitid(P_PID, pid, &info, WEXITED | WNOWAIT), 0);
	CHECK_EQ(info.si_pid, pid);
	CHECK_EQ(info.si_code, CLD_KILLED);
	CHECK_EQ(info.si_status, SIGTERM);
	CHECK_EQ(wait3(&status, 0, &ru), pid);
	CHECK(WIFSIGNALED(status));
	CHECK_EQ(WTERMSIG(status), SIGTERM);
	pid = fork();
	if (pid == 0)
		_exit(300);
	CHECK_EQ(wait4(pid, &status, 0, &ru), pid);
	CHECK_EQ(WEXITSTATUS(status), 300 & 0xff);
	CHECK_EQ(getrusage(RUSAGE_CHILDREN, &ru), 0);
	CHECK_EQ(getpgrp(), getpgid(0));
	CHECK_EQ(getsid(0), getsid(getpid()));
}

/* malloc's memory is the child's own. */
static void
test_heap(void)
{
	char *p = malloc(100);
	pid_t pid;

	strcpy(p, "parent");
	pid = fork();
	if (pid == 0) {
		strcpy(p, "child");
		free(p);
		p = malloc(100);
		_exit(p == NULL);
	}
	CHECK_EQ(wait_exit(pid), 0);
	CHECK_STR(p, "parent");
	free(p);
}

static void
test_random(void)
{
	uint32_t *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_ANON | MAP_SHARED, -1, 0);
	pid_t pid;

	CHECK(page != MAP_FAILED);
	(void)arc4random();
	pid = fork();
	if (pid == 0) {
		arc4random_buf(page, 32);
		_exit(0);
	}
	arc4random_buf(page + 8, 32);
	CHECK_EQ(wait_exit(pid), 0);
	CHECK(memcmp(page, page + 8, 32) != 0);
	CHECK(arc4random_uniform(1) == 0);
	CHECK(arc4random_uniform(10) < 10);
}

int
main(void)
{
	test_wait();
	test_atfork();
	test_vfork();
	test_clone();
	test_heap();
	test_random();
	return 0;
}
