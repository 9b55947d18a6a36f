/* _lwp_ctl and its loan to a vfork child (spec C.16), names, what sysctl says about LWPs (spec C.22). */
#include <sys/lwpctl.h>
#include <sys/mman.h>
#include <sys/sysctl.h>
#include <sys/wait.h>
#include <time.h>

#include "lwps.h"

static volatile int go;
static struct lwpctl *volatile others;

static void
waits(void *argument)
{
	struct lwpctl *mine;

	(void)argument;
	CHECK_EQ(_lwp_ctl(LWPCTL_FEATURE_CURCPU | LWPCTL_FEATURE_PCTR, &mine), 0);
	CHECK_EQ(mine->lc_curcpu, 0);
	others = mine;
	await(&go);
}

static void
test_control(void)
{
	const struct timespec t = { 0, 10000000 };
	struct lwpctl *mine, *again;
	lwpid_t id;
	int i, before, status;
	pid_t pid;

	CHECK_ERRNO(_lwp_ctl(0, &mine), ENODEV);
	CHECK_EQ(_lwp_ctl(LWPCTL_FEATURE_PCTR, &mine), 0);
	CHECK_EQ(_lwp_ctl(LWPCTL_FEATURE_PCTR, &again), 0);
	CHECK(mine == again);
	CHECK_EQ(mine->lc_curcpu, 0);
	before = mine->lc_pctr;
	for (i = 0; i < 5; i++)
		nanosleep(&t, NULL);
	CHECK_EQ(mine->lc_pctr, before + 5);

	go = 0;
	others = NULL;
	id = start(waits, NULL, 0);
	while (others == NULL)
		sched_yield();
	CHECK(others != mine);
	CHECK_EQ(others->lc_curcpu, LWPCTL_CPU_NONE);
	go = 1;
	finish(id);
	CHECK_EQ(others->lc_curcpu, LWPCTL_CPU_EXITED);

	/* A vfork child runs on its parent's block, and cannot have one. */
	before = mine->lc_pctr;
	pid = vfork();
	if (pid == 0) {
		CHECK_ERRNO(_lwp_ctl(LWPCTL_FEATURE_PCTR, &again), EBUSY);
		CHECK_EQ(mine->lc_curcpu, 0);
		before = mine->lc_pctr - before;
		_exit(0);
	}
	CHECK(before >= 1);
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(mine->lc_curcpu, 0);

	/* A forked child has none yet, nor the page. */
	pid = fork();
	if (pid == 0) {
		CHECK_EQ(_lwp_ctl(LWPCTL_FEATURE_CURCPU, &again), 0);
		CHECK_EQ(again->lc_curcpu, 0);
		_exit(0);
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 0);

	/* The program may unmap the page: then it sees nothing, and nobody is hurt. */
	CHECK_EQ(munmap((void *)((uintptr_t)mine & ~(uintptr_t)4095), 4096), 0);
	nanosleep(&t, NULL);
}

static void
test_names(void)
{
	char name[64];
	lwpid_t self = _lwp_self();

	CHECK_EQ(_lwp_getname(self, name, sizeof(name)), 0);
	CHECK_STR(name, "");
	CHECK_EQ(_lwp_setname(self, "worker"), 0);
	CHECK_EQ(_lwp_getname(self, name, sizeof(name)), 0);
	CHECK_STR(name, "worker");
	CHECK_EQ(_lwp_getname(self, name, 4), 0);
	CHECK_STR(name, "wor");
	CHECK_EQ(_lwp_setname(self, "a name that is far too long for it"), 0);
	CHECK_EQ(_lwp_getname(self, name, sizeof(name)), 0);
	CHECK_STR(name, "a name that is ");
	CHECK_ERRNO(_lwp_setname(4711, "x"), ESRCH);
	CHECK_ERRNO(_lwp_getname(4711, name, 4), ESRCH);
}

static int
lwps(void)
{
	int mib[6] = { CTL_KERN, KERN_PROC2, KERN_PROC_PID, getpid(), sizeof(struct kinfo_proc2), 1 };
	struct kinfo_proc2 info;
	size_t size = sizeof(info);

	CHECK_EQ(sysctl(mib, 6, &info, &size, NULL, 0), 0);
	return (int)info.p_nlwps;
}

static void
test_count(void)
{
	lwpid_t ids[3];
	int i, status;

	go = 0;
	CHECK_EQ(lwps(), 1);
	for (i = 0; i < 3; i++)
		ids[i] = start(waits, NULL, 0);
	CHECK_EQ(lwps(), 4);
	if (fork() == 0) {
		CHECK_EQ(lwps(), 1);
		CHECK_EQ(_lwp_self(), getpid());
		_exit(0);
	}
	wait(&status);
	CHECK_EQ(status, 0);
	go = 1;
	for (i = 0; i < 3; i++)
		finish(ids[i]);
	CHECK_EQ(lwps(), 1);
}

int
main(void)
{
	test_names();
	test_count();
	test_control();
	return 0;
}
