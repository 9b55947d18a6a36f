/*
 * sysconf(3) and confstr(3): limits and options of the system.
 */
#include <sys/param.h>
#include <sys/resource.h>
#include <sys/sysctl.h>
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <paths.h>
#include <pwd.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/exec_elf.h>
#include <time.h>
#include <unistd.h>

#define CLOCK_HZ 100
#define PAGE 4096

int
getpagesize(void)
{
	const AuxInfo *aux = _dlauxinfo();

	for (; aux->a_type != AT_NULL; aux++)
		if (aux->a_type == AT_PAGESZ)
			return aux->a_v;
	return PAGE;
}

static long
soft_limit(int resource)
{
	struct rlimit limit;

	if (getrlimit(resource, &limit) == -1)
		return -1;
	if (limit.rlim_cur == RLIM_INFINITY)
		return -1;
	return limit.rlim_cur > LONG_MAX ? LONG_MAX : (long)limit.rlim_cur;
}

int
getdtablesize(void)
{
	long limit = soft_limit(RLIMIT_NOFILE);

	return limit > INT_MAX ? INT_MAX : (int)limit;
}

static long
ask(int top, int number)
{
	int mib[2] = { top, number }, value;
	size_t size = sizeof(value);

	return sysctl(mib, 2, &value, &size, NULL, 0) == -1 ? -1 : value;
}

static long
physical_pages(void)
{
	int mib[2] = { CTL_HW, HW_PHYSMEM64 };
	int64_t bytes;
	size_t size = sizeof(bytes);

	return sysctl(mib, 2, &bytes, &size, NULL, 0) == -1 ? -1 : bytes / getpagesize();
}

/* Values that no system changes while it runs. */
static long
constant(int name)
{
	switch (name) {
	case _SC_NGROUPS_MAX:
		return NGROUPS_MAX;
	case _O_SC_CLK_TCK:
	case _SC_CLK_TCK:
		return CLOCK_HZ;
	case _SC_JOB_CONTROL:
		return _POSIX_JOB_CONTROL;
	case _SC_VERSION:
		return _POSIX_VERSION;
	case _SC_BC_BASE_MAX:
		return BC_BASE_MAX;
	case _SC_BC_DIM_MAX:
		return BC_DIM_MAX;
	case _SC_BC_SCALE_MAX:
		return BC_SCALE_MAX;
	case _SC_BC_STRING_MAX:
		return BC_STRING_MAX;
	case _SC_COLL_WEIGHTS_MAX:
		return COLL_WEIGHTS_MAX;
	case _SC_EXPR_NEST_MAX:
		return EXPR_NEST_MAX;
	case _SC_LINE_MAX:
		return LINE_MAX;
	case _SC_RE_DUP_MAX:
		return RE_DUP_MAX;
	case _SC_2_VERSION:
		return _POSIX2_VERSION;
	case _SC_2_C_BIND:
		return _POSIX2_C_BIND;
	case _SC_STREAM_MAX:
		return FOPEN_MAX;
	case _SC_TZNAME_MAX:
		return _POSIX_TZNAME_MAX;
	case _SC_FSYNC:
	case _SC_MAPPED_FILES:
	case _SC_MEMLOCK:
	case _SC_MEMLOCK_RANGE:
	case _SC_MEMORY_PROTECTION:
	case _SC_SYNCHRONIZED_IO:
	case _SC_REGEXP:
	case _SC_SHELL:
		return 1;
	case _SC_MONOTONIC_CLOCK:
	case _SC_TIMERS:
	case _SC_MESSAGE_PASSING:
	case _SC_PRIORITY_SCHEDULING:
	case _SC_SHARED_MEMORY_OBJECTS:
	case _SC_CPUTIME:
	case _SC_THREADS:
	case _SC_SEMAPHORES:
	case _SC_BARRIERS:
	case _SC_SPIN_LOCKS:
	case _SC_READER_WRITER_LOCKS:
	case _SC_CLOCK_SELECTION:
	case _SC_THREAD_ATTR_STACKADDR:
	case _SC_THREAD_ATTR_STACKSIZE:
	case _SC_THREAD_CPUTIME:
	case _SC_THREAD_PRIO_PROTECT:
	case _SC_THREAD_PROCESS_SHARED:
	case _SC_THREAD_SAFE_FUNCTIONS:
		return 200112L;
	case _SC_THREAD_DESTRUCTOR_ITERATIONS:
		return PTHREAD_DESTRUCTOR_ITERATIONS;
	case _SC_THREAD_KEYS_MAX:
		return PTHREAD_KEYS_MAX;
	case _SC_THREAD_STACK_MIN:
		return PTHREAD_STACK_MIN;
	case _SC_THREAD_THREADS_MAX:
		return PTHREAD_THREADS_MAX;
	case _SC_SPAWN:
		return _POSIX_SPAWN;
	case _SC_REALTIME_SIGNALS:
		return 200112L;
	case _SC_IOV_MAX:
		return IOV_MAX;
	case _SC_LOGIN_NAME_MAX:
		return LOGIN_NAME_MAX;
	case _SC_ATEXIT_MAX:
		return INT_MAX;
	case _SC_GETGR_R_SIZE_MAX:
		return _GETGR_R_SIZE_MAX;
	case _SC_GETPW_R_SIZE_MAX:
		return _GETPW_R_SIZE_MAX;
	case _SC_TTY_NAME_MAX:
		return _POSIX_TTY_NAME_MAX;
	case _SC_HOST_NAME_MAX:
		return MAXHOSTNAMELEN;
	case _SC_PASS_MAX:
		return _PASSWORD_LEN;
	case _SC_SYMLOOP_MAX:
		return MAXSYMLINKS;
	case _SC_TIMER_MAX:
		return _POSIX_TIMER_MAX;
	case _SC_DELAYTIMER_MAX:
		return DELAYTIMER_MAX;
	case _SC_SIGQUEUE_MAX:
		return _POSIX_SIGQUEUE_MAX;
	case _SC_RTSIG_MAX:
		return SIGRTMAX - SIGRTMIN + 1;
	default:
		errno = EINVAL;
		return -1;
	}
}

/* An option that is not there is -1 with errno as it was; a name that is none is EINVAL. */
long
sysconf(int name)
{
	switch (name) {
	case _SC_ARG_MAX:
		return ask(CTL_KERN, KERN_ARGMAX);
	case _SC_CHILD_MAX:
		return soft_limit(RLIMIT_NPROC);
	case _SC_OPEN_MAX:
		return soft_limit(RLIMIT_NOFILE);
	case _SC_PAGESIZE:
		return getpagesize();
	case _SC_NPROCESSORS_CONF:
		return ask(CTL_HW, HW_NCPU);
	case _SC_NPROCESSORS_ONLN:
		return ask(CTL_HW, HW_NCPUONLINE);
	case _SC_PHYS_PAGES:
		return physical_pages();
	case _SC_SCHED_PRI_MIN:
		return sched_get_priority_min(SCHED_RR);
	case _SC_SCHED_PRI_MAX:
		return sched_get_priority_max(SCHED_RR);
	case _SC_SAVED_IDS:
	case _SC_2_C_DEV:
	case _SC_2_CHAR_TERM:
	case _SC_2_FORT_DEV:
	case _SC_2_FORT_RUN:
	case _SC_2_LOCALEDEF:
	case _SC_2_SW_DEV:
	case _SC_2_UPE:
	case _SC_XOPEN_SHM:
	case _SC_THREAD_PRIORITY_SCHEDULING:
	case _SC_THREAD_PRIO_INHERIT:
	case _SC_ASYNCHRONOUS_IO:
		return -1;
	default:
		return constant(name);
	}
}

/* <time.h> calls it by this name where sysconf is not declared. */
__strong_alias(__sysconf, sysconf)

size_t
confstr(int name, char *buffer, size_t size)
{
	if (name != _CS_PATH) {
		errno = EINVAL;
		return 0;
	}
	if (size > 0)
		strlcpy(buffer, _PATH_STDPATH, size);
	return sizeof(_PATH_STDPATH);
}
