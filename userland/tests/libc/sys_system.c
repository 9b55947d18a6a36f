/* What the system says about itself and its users; time. */
#include <sys/param.h>
#include <sys/resource.h>
#include <sys/sysctl.h>
#include <sys/time.h>
#include <sys/utsname.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <sched.h>
#include <sys/select.h>
#include <time.h>
#include <unistd.h>

#include "../check.h"

static void
test_sysctl(void)
{
	int mib[2] = { CTL_KERN, KERN_MAXPROC }, value = 0, again = 0;
	size_t size = sizeof(value);
	char name[MAXHOSTNAMELEN], *ostype;
	struct utsname u;

	CHECK_EQ(sysctl(mib, 2, &value, &size, NULL, 0), 0);
	CHECK_EQ(size, sizeof(value));
	CHECK(value > 0);
	CHECK_EQ(sysctlbyname("kern.maxproc", &again, &size, NULL, 0), 0);
	CHECK_EQ(value, again);
	CHECK_EQ(sysctlbyname("user.line_max", &value, &size, NULL, 0), 0);
	CHECK_EQ(value, LINE_MAX);
	ostype = asysctlbyname("kern.ostype", &size);
	CHECK_STR(ostype, "NetBSD");
	free(ostype);
	CHECK_EQ(uname(&u), 0);
	CHECK_STR(u.sysname, "NetBSD");
	CHECK_EQ(gethostname(name, sizeof(name)), 0);
	CHECK_STR(name, u.nodename);
	CHECK_EQ(sysconf(_SC_PAGESIZE), 4096);
	CHECK_EQ(sysconf(_SC_OPEN_MAX), getdtablesize());
	CHECK(sysconf(_SC_ARG_MAX) >= 4096);
	CHECK_EQ(sysconf(_SC_CLK_TCK), 100);
	CHECK_ERRNO(sysconf(9999), EINVAL);
	CHECK(confstr(_CS_PATH, NULL, 0) > 1);
}

static void
test_sysctl_names(void)
{
	int mib[CTL_MAXNAME];
	size_t length = CTL_MAXNAME;

	CHECK_EQ(sysctlnametomib("kern.maxproc", mib, &length), 0);
	CHECK_EQ(length, 2);
	CHECK_EQ(mib[0], CTL_KERN);
	CHECK_EQ(mib[1], KERN_MAXPROC);
	length = CTL_MAXNAME;
	CHECK_EQ(sysctlnametomib("proc.77.stopfork", mib, &length), 0);
	CHECK_EQ(length, 3);
	CHECK_EQ(mib[0], CTL_PROC);
	CHECK_EQ(mib[1], 77);
	CHECK_EQ(mib[2], PROC_PID_STOPFORK);
	length = CTL_MAXNAME;
	CHECK_EQ(sysctlnametomib("proc.curproc.rlimit.maxproc.soft", mib, &length), 0);
	CHECK_EQ(length, 5);
	length = 1;
	CHECK_ERRNO(sysctlnametomib("vm.uvmexp2", mib, &length), ENOMEM);
	length = CTL_MAXNAME;
	CHECK_ERRNO(sysctlnametomib("kern.nonsense", mib, &length), ENOENT);
}

static void
test_users(void)
{
	struct passwd *pw = getpwuid(0), entry, *result;
	struct group *gr = getgrgid(0);
	gid_t groups[NGROUPS_MAX];
	char buffer[1024];
	int count = NGROUPS_MAX;

	CHECK(pw != NULL);
	CHECK_STR(pw->pw_name, "root");
	CHECK_EQ(getpwnam("root")->pw_uid, 0);
	CHECK(getpwnam("nobody-of-that-name") == NULL);
	CHECK_EQ(getpwnam_r("root", &entry, buffer, 4, &result), ERANGE);
	CHECK_EQ(getpwnam_r("root", &entry, buffer, sizeof(buffer), &result), 0);
	CHECK(result == &entry);
	CHECK(gr != NULL);
	CHECK_STR(gr->gr_name, "wheel");
	CHECK_EQ(getgrouplist("root", 0, groups, &count), 0);
	CHECK(count >= 1);
	CHECK_EQ(groups[0], 0);
	CHECK_STR(user_from_uid(0, 0), "root");
	CHECK_STR(user_from_uid(54321, 0), "54321");
	CHECK(group_from_gid(54321, 1) == NULL);
	for (count = 0; getpwent() != NULL; count++)
		continue;
	CHECK(count >= 1);
	endpwent();
	errno = 0;
	CHECK(getpriority(PRIO_PROCESS, 0) != -1 || errno == 0);
}

static void
test_time(void)
{
	struct timespec before, after, nap = { .tv_nsec = 2000000 };
	struct timeval none = { 0, 0 };
	struct itimerval timer;
	struct pollfd pfd;
	int fds[2];
	fd_set set;

	CHECK_EQ(clock_gettime(CLOCK_MONOTONIC, &before), 0);
	CHECK_EQ(nanosleep(&nap, NULL), 0);
	CHECK_EQ(usleep(1000), 0);
	CHECK_EQ(sleep(1), 0);
	CHECK_EQ(clock_nanosleep(CLOCK_MONOTONIC, 0, &nap, NULL), 0);
	CHECK_EQ(clock_nanosleep(99, 0, &nap, NULL), EINVAL);
	CHECK_EQ(clock_gettime(CLOCK_MONOTONIC, &after), 0);
	CHECK(after.tv_sec - before.tv_sec >= 1);
	CHECK_EQ(getitimer(ITIMER_REAL, &timer), 0);
	CHECK_EQ(timer.it_value.tv_sec, 0);

	CHECK_EQ(pipe(fds), 0);
	FD_ZERO(&set);
	FD_SET(fds[0], &set);
	CHECK_EQ(select(fds[0] + 1, &set, NULL, NULL, &none), 0);
	CHECK_EQ(write(fds[1], "x", 1), 1);
	FD_SET(fds[0], &set);
	CHECK_EQ(pselect(fds[0] + 1, &set, NULL, NULL, NULL, NULL), 1);
	pfd = (struct pollfd){ .fd = fds[0], .events = POLLIN };
	CHECK_EQ(poll(&pfd, 1, 0), 1);
	CHECK_EQ(ppoll(&pfd, 1, &nap, NULL), 1);
	CHECK_EQ(pfd.revents, POLLIN);
	CHECK_EQ(sched_yield(), 0);
	close(fds[0]);
	close(fds[1]);
}

int
main(void)
{
	test_sysctl();
	test_sysctl_names();
	test_users();
	test_time();
	return 0;
}
