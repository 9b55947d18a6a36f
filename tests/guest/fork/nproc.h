/* Limits on processes, and whether they are reached. */
#ifndef NPROC_H
#define NPROC_H

#include <sys/param.h>
#include <sys/resource.h>
#include <sys/sysctl.h>

#include "baton.h"

static inline void
set(const char *name, int value)
{
	CHECK_EQ(sysctlbyname(name, NULL, NULL, &value, sizeof(value)), 0);
}

/* The soft limit of the user's processes. */
static inline void
limit(int processes)
{
	struct rlimit rl;

	CHECK_EQ(getrlimit(RLIMIT_NPROC, &rl), 0);
	rl.rlim_cur = processes;
	CHECK_EQ(setrlimit(RLIMIT_NPROC, &rl), 0);
}

static inline int
can_fork(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	if (pid == -1) {
		CHECK_EQ(errno, EAGAIN);
		return 0;
	}
	expect_exit(pid, 0);
	return 1;
}

#endif
