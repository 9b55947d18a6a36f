/*
 * What others see of a new process in kern.proc2: its flags, states, numbers and place (spec C.8, C.15, C.16, C.20,
 * C.22, C.24, C.25, C.28, C.31), and what a child has that only a call tells.
 */
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <lwp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <time.h>

#include "baton.h"
#include "proc2.h"

#define AFORK	1

static int
flag(pid_t pid, int bit)
{
	return (process(pid).p_flag & bit) != 0;
}

/* setpgid tells a child that has run exec since it was made. */
static void
test_exec_bit(void)
{
	struct baton go = new_baton(), done = new_baton();
	char out[8], in[8];
	pid_t pid;

	snprintf(out, sizeof(out), "%d", done.out);
	snprintf(in, sizeof(in), "%d", go.in);
	CHECK(flag(getpid(), P_EXEC));	/* this one has */
	pid = fork();
	if (pid == 0) {
		pass(done);
		await(go);
		execl("/bin/visible", "visible", out, in, NULL);
		_exit(1);
	}
	await(done);
	CHECK(!flag(pid, P_EXEC));
	CHECK_EQ(process(pid).p_acflag, AFORK);
	CHECK_EQ(setpgid(pid, pid), 0);
	CHECK_EQ(setpgid(pid, getpgrp()), 0);
	pass(go);
	await(done);
	CHECK(flag(pid, P_EXEC));
	CHECK_EQ(process(pid).p_acflag, 0);
	CHECK_ERRNO(setpgid(pid, pid), EACCES);
	/* Its own child has not. */
	pass(go);
	pid_t grandchild;
	CHECK_EQ(read(done.in, &grandchild, sizeof(grandchild)), sizeof(grandchild));
	CHECK(!flag(grandchild, P_EXEC));
	CHECK_EQ(process(grandchild).p_acflag, AFORK);
	pass(go);
	expect_exit(pid, 0);
}

static int
after_exec(int out, int in)
{
	struct baton b = { out, in };
	pid_t pid;

	pass(b);
	await(b);
	pid = fork();
	if (pid == 0) {
		await(b);
		_exit(0);
	}
	CHECK_EQ(write(out, &pid, sizeof(pid)), sizeof(pid));
	expect_exit(pid, 0);
	return 0;
}

/* Who waits in vfork and who is waited for. */
static void
test_vfork(int number)
{
	struct baton pids = new_baton(), go = new_baton();
	pid_t parent = fork(), pid;

	if (parent == 0) {
		CHECK(!flag(getpid(), P_PPWAIT));
		pid = number == 66 ? syscall(66) : vfork();
		if (pid == 0) {
			pid_t self = getpid();

			if (write(pids.out, &self, sizeof(self)) != sizeof(self))
				_exit(1);
			await(go);
			_exit(0);
		}
		expect_exit(pid, 0);
		_exit(0);
	}
	CHECK_EQ(read(pids.in, &pid, sizeof(pid)), sizeof(pid));
	UNTIL(process(parent).p_stat == LSSLEEP);
	struct kinfo_proc2 k = process(parent);
	CHECK_STR(k.p_wmesg, "vfork");
	CHECK(!flag(parent, 0x80));	/* P_SINTR */
	CHECK(flag(pid, P_PPWAIT));
	CHECK(!flag(parent, P_PPWAIT));
	CHECK_EQ(process(pid).p_ppid, parent);
	CHECK_EQ(process(pid).p_vm_vsize, process(parent).p_vm_vsize);
	pass(go);
	expect_exit(parent, 0);
}

static void *
rests(void *argument)
{
	pause();
	return argument;
}

/* Numbers: one LWP whatever the parent had, the start, the signal of the end; and the newest comes first. */
static void
test_numbers(void)
{
	struct baton go = new_baton();
	struct timeval before, after;
	struct kinfo_proc2 mine, its, found[100];
	int mib[] = { CTL_KERN, KERN_PROC2, KERN_PROC_ALL, 0, sizeof(found[0]), 100 };
	size_t size = sizeof(found);
	pid_t pids[3], pid;

	pid = fork();
	if (pid == 0) {
		pthread_t thread;

		CHECK_EQ(pthread_create(&thread, NULL, rests, NULL), 0);
		CHECK_EQ(process(getpid()).p_nlwps, 2);
		signal(SIGUSR1, SIG_IGN);
		CHECK_EQ(setpriority(PRIO_PROCESS, 0, 4), 0);
		CHECK_EQ(usleep(30000), 0);
		CHECK_EQ(gettimeofday(&before, NULL), 0);
		for (int i = 0; i < 3; i++) {
			pids[i] = i < 2 ? fork() : __clone((int (*)(void *))pause, malloc(65536) + 65536, SIGUSR1, NULL);
			if (pids[i] == 0) {
				await(go);
				_exit(0);
			}
			CHECK(pids[i] > 0);
		}
		CHECK_EQ(gettimeofday(&after, NULL), 0);
		mine = process(getpid());
		for (int i = 0; i < 3; i++) {
			its = process(pids[i]);
			CHECK_EQ(its.p_nlwps, 1);
			CHECK_EQ(its.p_ppid, getpid());
			CHECK_EQ(its.p__pgid, mine.p__pgid);
			CHECK_EQ(its.p_sid, mine.p_sid);
			CHECK_EQ(its.p_nice, 24);
			CHECK_STR(its.p_comm, "visible");
			CHECK_STR(its.p_login, mine.p_login);
			CHECK_STR(its.p_ename, "netbsd");
			CHECK_EQ(its.p_exitsig, i < 2 ? SIGCHLD : SIGUSR1);
			CHECK_EQ(its.p_realstat, 2);	/* SACTIVE */
			CHECK_EQ(its.p_uticks + its.p_sticks + its.p_iticks, 0);
			long long start = its.p_ustart_sec * 1000000LL + its.p_ustart_usec;
			CHECK(start >= before.tv_sec * 1000000LL + before.tv_usec);
			CHECK(start <= after.tv_sec * 1000000LL + after.tv_usec);
		}
		CHECK(mine.p_ustart_sec * 1000000LL + mine.p_ustart_usec < before.tv_sec * 1000000LL + before.tv_usec);
		CHECK_EQ(sysctl(mib, 6, found, &size, NULL, 0), 0);
		CHECK_EQ(found[0].p_pid, pids[2]);
		CHECK_EQ(found[1].p_pid, pids[1]);
		CHECK_EQ(found[2].p_pid, pids[0]);
		CHECK_EQ(found[3].p_pid, getpid());
		pass(go);
		pass(go);
		kill(pids[2], SIGKILL);
		for (int i = 0; i < 3; i++)
			CHECK_EQ(waitpid(pids[i], NULL, __WALL), pids[i]);
		/* With two dead ones the zombies come last. */
		pids[0] = fork();
		if (pids[0] == 0)
			_exit(0);
		UNTIL(process(pids[0]).p_stat == 5);	/* LSZOMB */
		size = sizeof(found);
		CHECK_EQ(sysctl(mib, 6, found, &size, NULL, 0), 0);
		CHECK_EQ(found[size / sizeof(found[0]) - 1].p_pid, pids[0]);
		CHECK_EQ(process(pids[0]).p_realstat, 5);	/* SZOMB */
		expect_exit(pids[0], 0);
		_exit(0);
	}
	expect_exit(pid, 0);
}

/* Being profiled is inherited; exec ends it. */
static void
test_profiling(void)
{
	static unsigned short buffer[256];
	struct baton go = new_baton(), done = new_baton();
	char out[8], in[8];
	pid_t pid;

	snprintf(out, sizeof(out), "%d", done.out);
	snprintf(in, sizeof(in), "%d", go.in);
	CHECK_EQ(profil((char *)buffer, sizeof(buffer), 0x10000, 2), 0);
	CHECK(flag(getpid(), P_PROFIL));
	pid = fork();
	if (pid == 0) {
		await(go);
		execl("/bin/visible", "visible", out, in, NULL);
		_exit(1);
	}
	CHECK(flag(pid, P_PROFIL));
	CHECK_EQ(profil(NULL, 0, 0, 0), 0);
	CHECK(!flag(getpid(), P_PROFIL));
	CHECK(flag(pid, P_PROFIL));
	pass(go);
	await(done);
	CHECK(!flag(pid, P_PROFIL));
	pass(go);
	CHECK_EQ(read(done.in, &(pid_t){ 0 }, sizeof(pid_t)), sizeof(pid_t));
	pass(go);
	expect_exit(pid, 0);
}

/* Some that can be asked for: login name, name of a core, affinity; and some that are not inherited. */
static void
test_asked(void)
{
	struct rlimit none = { 0, 0 };
	char name[64];
	size_t size = sizeof(name);
	cpuset_t *set = cpuset_create(), *got = cpuset_create();
	struct baton go = new_baton();
	pid_t pid;

	CHECK(set != NULL && got != NULL);
	CHECK_EQ(cpuset_set(0, set), 0);
	CHECK_EQ(sched_setaffinity_np(0, cpuset_size(set), set), 0);
	CHECK_EQ(sysctlbyname("proc.curproc.corename", NULL, NULL, "mine.core", 10), 0);
	CHECK_EQ(_lwp_setname(_lwp_self(), "forker"), 0);
	pid = fork();
	if (pid == 0) {
		CHECK_EQ(sched_getaffinity_np(0, cpuset_size(got), got), 0);
		CHECK_EQ(cpuset_isset(0, got), 1);
		CHECK_EQ(cpuset_isset(1, got), 0);
		CHECK_EQ(sysctlbyname("proc.curproc.corename", name, &size, NULL, 0), 0);
		CHECK_STR(name, "mine.core");
		await(go);
		/* Its own from here on. */
		CHECK_EQ(sysctlbyname("proc.curproc.corename", name, &size, NULL, 0), 0);
		CHECK_STR(name, "mine.core");
		CHECK_EQ(sysctlbyname("proc.curproc.corename", NULL, NULL, "its.core", 9), 0);
		CHECK_EQ(_lwp_getname(_lwp_self(), name, sizeof(name)), 0);
		CHECK_STR(name, "");
		CHECK_EQ(_lwp_self(), getpid());
		/* The first LWP of a process is not counted. */
		CHECK_EQ(setrlimit(RLIMIT_NTHR, &none), 0);
		CHECK_EQ(setuid(1000), 0);
		pid = fork();
		if (pid == 0)
			_exit(0);
		expect_exit(pid, 0);
		_exit(0);
	}
	CHECK_EQ(sysctlbyname("proc.curproc.corename", NULL, NULL, "other.core", 11), 0);
	pass(go);
	expect_exit(pid, 0);
	size = sizeof(name);
	CHECK_EQ(sysctlbyname("proc.curproc.corename", name, &size, NULL, 0), 0);
	CHECK_STR(name, "other.core");
}

int
main(int argc, char **argv)
{
	if (argc == 3)
		return after_exec(atoi(argv[1]), atoi(argv[2]));
	test_exec_bit();
	test_vfork(66);
	test_vfork(SYS___vfork14);
	test_numbers();
	test_profiling();
	test_asked();
	return 0;
}
