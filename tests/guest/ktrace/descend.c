/* DESCEND reaches every descendant, however deep the tree is. */
#include "trace.h"

#include <sys/resource.h>
#include <sys/sysctl.h>

#define DEPTH	1030

static volatile int depth, done, flags;

static int
traceflag(pid_t pid)
{
	int mib[] = { CTL_KERN, KERN_PROC2, KERN_PROC_PID, pid, sizeof(struct kinfo_proc2), 1 };
	struct kinfo_proc2 info;
	size_t length = sizeof(info);

	return sysctl(mib, 6, &info, &length, NULL, 0) == 0 ? info.p_traceflag : -1;
}

int
main(void)
{
	struct rlimit limit = { DEPTH + 20, DEPTH + 20 };
	int processes = DEPTH + 20;
	pid_t top = getpid();

	CHECK_EQ(sysctlbyname("kern.maxproc", NULL, NULL, &processes, sizeof(processes)), 0);
	CHECK_EQ(setrlimit(RLIMIT_NPROC, &limit), 0);
	new_trace();
	/* Each process is a vfork child of the one before: they take no memory, and all see what the last one finds. */
	while (depth < DEPTH) {
		pid_t child = vfork();

		if (child != 0) {
			if (getpid() != top)
				_exit(0);
			CHECK(child > 0);
			break;
		}
		if (++depth == DEPTH) {
			done = ktrace(TRACE, KTROP_SET | KTRFLAG_DESCEND | KTRFACv2, KTRFAC_USER, top);
			flags = traceflag(getpid());
			_exit(0);
		}
	}
	CHECK_EQ(depth, DEPTH);
	CHECK_EQ(done, 0);
	CHECK_EQ(flags & KTRFAC_USER, KTRFAC_USER);
	CHECK_EQ(ktrace(TRACE, KTROP_CLEARFILE, 0, 0), 0);
	return 0;
}
