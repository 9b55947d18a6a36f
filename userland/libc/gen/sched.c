/*
 * POSIX scheduling of processes, CPU sets, and other calls on clocks and LWPs.
 */
#include <sys/idtype.h>
#include <sys/resource.h>
#include <sys/sched.h>
#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <ulimit.h>
#include <unistd.h>

#define FIRST_LWP	1	/* of a process: its scheduling is what these functions are about */
#define PRIORITY_MIN	0
#define PRIORITY_MAX	63

int
sched_setparam(pid_t pid, const struct sched_param *param)
{
	return _sched_setparam(pid, 0, SCHED_NONE, param);
}

int
sched_getparam(pid_t pid, struct sched_param *param)
{
	return _sched_getparam(pid, pid == 0 ? 0 : FIRST_LWP, NULL, param);
}

int
sched_setscheduler(pid_t pid, int policy, const struct sched_param *param)
{
	int old = sched_getscheduler(pid);

	if (old == -1 || _sched_setparam(pid, 0, policy, param) == -1)
		return -1;
	return old;
}

int
sched_getscheduler(pid_t pid)
{
	struct sched_param param;
	int policy;

	if (_sched_getparam(pid, pid == 0 ? 0 : FIRST_LWP, &policy, &param) == -1)
		return -1;
	return policy;
}

static int
known_policy(int policy)
{
	if (policy >= SCHED_OTHER && policy <= SCHED_RR)
		return 1;
	errno = EINVAL;
	return 0;
}

int
sched_get_priority_max(int policy)
{
	return known_policy(policy) ? PRIORITY_MAX : -1;
}

int
sched_get_priority_min(int policy)
{
	return known_policy(policy) ? PRIORITY_MIN : -1;
}

/* What the kernel lets an LWP run before its equals get a turn. */
int
sched_rr_get_interval(pid_t pid, struct timespec *interval)
{
	if (sched_getscheduler(pid) == -1)
		return -1;
	interval->tv_sec = 0;
	interval->tv_nsec = 100000000;
	return 0;
}

/* A set is as many words as 256 CPUs need. */
#define SET_WORDS	8
#define WORD_BITS	32

struct _cpuset {
	uint32_t bits[SET_WORDS];
};

cpuset_t *
_cpuset_create(void)
{
	return calloc(1, sizeof(cpuset_t));
}

void
_cpuset_destroy(cpuset_t *set)
{
	free(set);
}

void
_cpuset_zero(cpuset_t *set)
{
	memset(set, 0, sizeof(*set));
}

size_t
_cpuset_size(const cpuset_t *set)
{
	return sizeof(*set);
}

int
_cpuset_set(cpuid_t cpu, cpuset_t *set)
{
	if (cpu >= SET_WORDS * WORD_BITS)
		return -1;
	set->bits[cpu / WORD_BITS] |= 1u << cpu % WORD_BITS;
	return 0;
}

int
_cpuset_clr(cpuid_t cpu, cpuset_t *set)
{
	if (cpu >= SET_WORDS * WORD_BITS)
		return -1;
	set->bits[cpu / WORD_BITS] &= ~(1u << cpu % WORD_BITS);
	return 0;
}

int
_cpuset_isset(cpuid_t cpu, const cpuset_t *set)
{
	if (cpu >= SET_WORDS * WORD_BITS)
		return -1;
	return (set->bits[cpu / WORD_BITS] >> cpu % WORD_BITS) & 1;
}

int
sched_getaffinity_np(pid_t pid, size_t size, cpuset_t *set)
{
	return _sched_getaffinity(pid, 0, size, set);
}

int
sched_setaffinity_np(pid_t pid, size_t size, cpuset_t *set)
{
	return _sched_setaffinity(pid, 0, size, set);
}

int
clock_getcpuclockid(pid_t pid, clockid_t *clock)
{
	int saved = errno, error = 0;

	if (clock_getcpuclockid2(P_PID, pid, clock) == -1)
		error = errno;
	errno = saved;
	return error;
}

long
ulimit(int command, ...)
{
	struct rlimit limit;
	va_list ap;

	if (command != UL_GETFSIZE && command != UL_SETFSIZE) {
		errno = EINVAL;
		return -1;
	}
	if (getrlimit(RLIMIT_FSIZE, &limit) == -1)
		return -1;
	if (command == UL_SETFSIZE) {
		va_start(ap, command);
		limit.rlim_cur = limit.rlim_max = (rlim_t)va_arg(ap, long) * 512;
		va_end(ap);
		if (setrlimit(RLIMIT_FSIZE, &limit) == -1)
			return -1;
	}
	return limit.rlim_cur / 512;
}
