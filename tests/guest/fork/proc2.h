/* What kern.proc2 tells about a process. */
#ifndef PROC2_H
#define PROC2_H

#include <sys/param.h>
#include <sys/sysctl.h>

#include "check.h"

/* 0 if there is no such process. */
static inline int
find_process(pid_t pid, struct kinfo_proc2 *k)
{
	int mib[] = { CTL_KERN, KERN_PROC2, KERN_PROC_PID, pid, sizeof(*k), 1 };
	size_t size = sizeof(*k);

	memset(k, 0, sizeof(*k));
	CHECK_EQ(sysctl(mib, 6, k, &size, NULL, 0), 0);
	return size == sizeof(*k);
}

static inline struct kinfo_proc2
process(pid_t pid)
{
	struct kinfo_proc2 k;

	CHECK(find_process(pid, &k));
	return k;
}

#endif
