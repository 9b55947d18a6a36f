/*
 * sysctl as programs use it: by number and by name, sizes, writing, kern.proc2, and the settings around fork.
 */
#include <sys/param.h>
#include <sys/types.h>
#include <sys/sysctl.h>
#include <sys/wait.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

static int
get_int(const char *name)
{
	int value;
	size_t len = sizeof(value);

	CHECK_EQ(sysctlbyname(name, &value, &len, NULL, 0), 0);
	CHECK_EQ(len, sizeof(value));
	return value;
}

static int
set_int(const char *name, int value)
{
	return sysctlbyname(name, NULL, NULL, &value, sizeof(value));
}

static void
strings(void)
{
	char buf[64];
	size_t len = sizeof(buf);
	int mib[] = { CTL_KERN, KERN_OSTYPE };

	CHECK_EQ(sysctl(mib, 2, buf, &len, NULL, 0), 0);
	CHECK_STR(buf, "NetBSD");
	CHECK_EQ(len, 7);
	len = 0;
	CHECK_EQ(sysctl(mib, 2, NULL, &len, NULL, 0), 0);
	CHECK_EQ(len, 7);
	len = 3;
	CHECK_ERRNO(sysctl(mib, 2, buf, &len, NULL, 0), ENOMEM);
	len = sizeof(buf);
	CHECK_EQ(sysctlbyname("hw.machine_arch", buf, &len, NULL, 0), 0);
	CHECK_STR(buf, "riscv64");
	CHECK_EQ(sysctlbyname("kern.hostname", NULL, NULL, "venus", 5), 0);
	CHECK_EQ(gethostname(buf, sizeof(buf)), 0);
	CHECK_STR(buf, "venus");
	CHECK_ERRNO(sysctlbyname("kern.nonsense", NULL, NULL, NULL, 0), ENOENT);
	CHECK_EQ(get_int("hw.ncpu"), 1);
	CHECK_EQ(get_int("hw.pagesize"), 4096);
	CHECK_EQ(get_int("kern.ngroups"), NGROUPS_MAX);
}

static void
processes(void)
{
	static struct kinfo_proc2 procs[32];
	size_t len = sizeof(procs);
	int mib[] = { CTL_KERN, KERN_PROC2, KERN_PROC_ALL, 0, sizeof(procs[0]), 32 }, args[4], status, n;
	char path[256];
	pid_t zombie = fork();

	if (zombie == 0)
		_exit(5);
	CHECK_EQ(usleep(1000), 0);
	CHECK_EQ(sysctl(mib, 6, procs, &len, NULL, 0), 0);
	n = len / sizeof(procs[0]);
	CHECK_EQ(n, 4);		/* this one, init, the system process; zombies come last */
	CHECK_EQ(procs[0].p_pid, getpid());
	CHECK_EQ(procs[1].p_pid, 1);
	CHECK_EQ(procs[2].p_pid, 0);
	CHECK_EQ(procs[3].p_pid, zombie);
	CHECK_EQ(procs[3].p_stat, LSZOMB);
	CHECK_EQ(procs[3].p_xstat, 5 << 8);
	CHECK_EQ(procs[0].p_stat, LSONPROC);
	CHECK_EQ(procs[0].p_realstat, 2);
	CHECK_EQ(procs[0].p_sid, getpid());
	CHECK_EQ(procs[0].p__pgid, getpgrp());
	CHECK_EQ(procs[0].p_nlwps, 1);
	CHECK(procs[0].p_flag & P_EXEC);
	CHECK(procs[0].p_vm_rssize > 0);
	CHECK_STR(procs[0].p_ename, "netbsd");
	mib[2] = KERN_PROC_PID;
	mib[3] = zombie;
	len = sizeof(procs);
	CHECK_EQ(sysctl(mib, 6, procs, &len, NULL, 0), 0);
	CHECK_EQ(len, sizeof(procs[0]));
	CHECK_EQ(procs[0].p_ppid, getpid());
	CHECK_EQ(waitpid(zombie, &status, 0), zombie);
	len = sizeof(procs);
	CHECK_EQ(sysctl(mib, 6, procs, &len, NULL, 0), 0);
	CHECK_EQ(len, 0);

	args[0] = CTL_KERN;
	args[1] = KERN_PROC_ARGS;
	args[2] = -1;
	args[3] = KERN_PROC_PATHNAME;
	len = sizeof(path);
	CHECK_EQ(sysctl(args, 4, path, &len, NULL, 0), 0);
	CHECK_STR(path, "/bin/sysctl");
	args[3] = KERN_PROC_ARGV;
	len = sizeof(path);
	CHECK_EQ(sysctl(args, 4, path, &len, NULL, 0), 0);
	CHECK_EQ(len, sizeof("sysctl") + sizeof("one"));
	CHECK_EQ(memcmp(path, "sysctl\0one", len), 0);
	args[3] = KERN_PROC_CWD;
	len = sizeof(path);
	CHECK_EQ(sysctl(args, 4, path, &len, NULL, 0), 0);
	CHECK_STR(path, "/root");
}

/* With the table full, fork fails after kern.forkfsleep, and says so once in the message buffer. */
static void
full_table(void)
{
	struct timespec before, after;
	static char text[32768];
	const char *at;
	size_t len = sizeof(text);
	int maxproc = get_int("kern.maxproc"), lines = 0;

	CHECK_EQ(maxproc, 1044);
	CHECK_EQ(set_int("kern.forkfsleep", 15), 0);
	CHECK_EQ(get_int("kern.forkfsleep"), 10);
	CHECK_ERRNO(set_int("kern.forkfsleep", 20001), EINVAL);
	CHECK_ERRNO(set_int("kern.maxproc", 30000), EINVAL);
	CHECK_EQ(set_int("kern.maxproc", 3), 0);
	for (int i = 0; i < 2; i++) {
		CHECK_EQ(clock_gettime(CLOCK_MONOTONIC, &before), 0);
		CHECK_ERRNO(fork(), EAGAIN);
		CHECK_EQ(clock_gettime(CLOCK_MONOTONIC, &after), 0);
		CHECK((after.tv_sec - before.tv_sec) * 1000000000 + after.tv_nsec - before.tv_nsec >= 10000000);
	}
	CHECK_EQ(set_int("kern.maxproc", maxproc), 0);
	CHECK_EQ(set_int("kern.forkfsleep", 0), 0);
	CHECK_EQ(sysctlbyname("kern.msgbuf", text, &len, NULL, 0), 0);
	for (at = text; (at = strstr(at, "proc: table is full - increase kern.maxproc or NPROC\n")) != NULL; at++)
		lines++;
	CHECK_EQ(lines, 1);
}

static void
as_user(void)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		CHECK_EQ(setuid(1000), 0);
		CHECK_ERRNO(set_int("kern.maxproc", 100), EPERM);
		CHECK_ERRNO(sysctlbyname("kern.hostname", NULL, NULL, "x", 1), EPERM);
		CHECK_EQ(get_int("kern.maxproc"), 1044);
		_exit(0);
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 0);
}

/* proc.<pid>.stopfork: the next child starts stopped, and its parent can tell. */
static void
stop_fork(void)
{
	int mib[] = { CTL_PROC, 0, PROC_PID_STOPFORK }, on = 1, off = 0, status;
	pid_t pid;

	mib[1] = getpid();
	CHECK_EQ(sysctl(mib, 3, NULL, NULL, &on, sizeof(on)), 0);
	pid = fork();
	if (pid == 0)
		_exit(9);
	CHECK(pid > 0);
	CHECK_EQ(waitpid(pid, &status, WUNTRACED), pid);
	CHECK_EQ(status, 0x7f);
	mib[1] = getpid();
	CHECK_EQ(sysctl(mib, 3, NULL, NULL, &off, sizeof(off)), 0);
	CHECK_EQ(kill(pid, SIGCONT), 0);
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 9 << 8);
}

/* Walk the whole tree by query, and read every value in it. */
static int
walk(int *name, unsigned depth)
{
	struct sysctlnode query, nodes[128];
	static char value[65536];
	size_t len = sizeof(nodes);
	int seen = 0;

	memset(&query, 0, sizeof(query));
	query.sysctl_flags = SYSCTL_VERSION;
	name[depth] = CTL_QUERY;
	CHECK_EQ(sysctl(name, depth + 1, nodes, &len, &query, sizeof(query)), 0);
	for (unsigned i = 0; i < len / sizeof(nodes[0]); i++) {
		name[depth] = nodes[i].sysctl_num;
		if (name[0] == CTL_USER)
			continue;	/* the C library's own */
		if (SYSCTL_TYPE(nodes[i].sysctl_flags) == CTLTYPE_NODE) {
			seen += walk(name, depth + 1);
		} else {
			size_t room = sizeof(value);

			if (sysctl(name, depth + 1, value, &room, NULL, 0) != 0)
				CHECK_FAIL("%s: errno %d", nodes[i].sysctl_name, errno);
			seen++;
		}
	}
	return seen;
}

int
main(void)
{
	int name[CTL_MAXNAME];

	strings();
	processes();
	full_table();
	as_user();
	stop_fork();
	CHECK(walk(name, 0) > 80);
	return 0;
}
