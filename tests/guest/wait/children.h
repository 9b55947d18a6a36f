/* Children that do one thing, and what a wait for them must say. */
#ifndef CHILDREN_H
#define CHILDREN_H

#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <signal.h>
#include <unistd.h>

#include "check.h"

static inline pid_t
child_exits(int code)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(code);
	CHECK(pid > 0);
	return pid;
}

/* A child that sleeps until a signal ends it. */
static inline pid_t
child_sleeps(void)
{
	pid_t pid = fork();

	if (pid == 0)
		for (;;)
			pause();
	CHECK(pid > 0);
	return pid;
}

/* Let the others run until the child has ended; it stays a zombie. */
static inline void
until_zombie(pid_t pid)
{
	CHECK_EQ(wait6(P_PID, pid, NULL, WEXITED | WNOWAIT | WALLSIG, NULL, NULL), pid);
}

static inline void
give_way(void)
{
	for (int i = 0; i < 10; i++)
		syscall(SYS_sched_yield);
}

static inline void
expect_status(pid_t pid, int options, int status)
{
	int got = 0x5a5a5a5a;

	CHECK_EQ(waitpid(pid, &got, options), pid);
	CHECK_EQ(got, status);
}

static inline void
expect_nobody(void)
{
	CHECK_ERRNO(waitpid(-1, NULL, WNOHANG | __WALL), ECHILD);
}

#endif
