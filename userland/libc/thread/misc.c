/*
 * Threads' names, signals, scheduling.
 */
#include <sys/lwpctl.h>
#include <sys/wait.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "thread.h"

int _sched_getparam(pid_t, lwpid_t, int *, struct sched_param *);
int _sched_setparam(pid_t, lwpid_t, int, const struct sched_param *);
int _sched_getaffinity(pid_t, lwpid_t, size_t, cpuset_t *);
int _sched_setaffinity(pid_t, lwpid_t, size_t, const cpuset_t *);

static int
known(pthread_t t)
{
	int found;

	libc_lock(&__thread_list_lock);
	found = __thread_known(t) || t == pthread_self();
	libc_unlock(&__thread_list_lock);
	return found;
}

/* What a call of the system's says, the way these functions do. */
#define AS_ERRNO(call) ({ int saved_ = errno, e_ = (call) == -1 ? errno : 0; errno = saved_; e_; })

int
pthread_kill(pthread_t t, int signo)
{
	return known(t) ? AS_ERRNO(_lwp_kill(t->lid, signo)) : ESRCH;
}

int
pthread_setname_np(pthread_t t, const char *format, void *argument)
{
	char name[PTHREAD_MAX_NAMELEN_NP];

	if (!known(t))
		return ESRCH;
	if ((size_t)snprintf(name, sizeof(name), format, argument) >= sizeof(name))
		return EINVAL;
	memcpy(t->name, name, sizeof(name));
	return AS_ERRNO(_lwp_setname(t->lid, name));
}

int
pthread_getname_np(pthread_t t, char *name, size_t size)
{
	if (!known(t))
		return ESRCH;
	strlcpy(name, t->name, size);
	return 0;
}

int
pthread_getschedparam(pthread_t t, int *restrict policy, struct sched_param *restrict param)
{
	return known(t) ? AS_ERRNO(_sched_getparam(getpid(), t->lid, policy, param)) : ESRCH;
}

int
pthread_setschedparam(pthread_t t, int policy, const struct sched_param *param)
{
	return known(t) ? AS_ERRNO(_sched_setparam(getpid(), t->lid, policy, param)) : ESRCH;
}

int
pthread_setschedprio(pthread_t t, int priority)
{
	struct sched_param param = { .sched_priority = priority };

	return pthread_setschedparam(t, SCHED_NONE, &param);
}

int
pthread_getaffinity_np(pthread_t t, size_t size, cpuset_t *set)
{
	return known(t) ? AS_ERRNO(_sched_getaffinity(getpid(), t->lid, size, set)) : ESRCH;
}

int
pthread_setaffinity_np(pthread_t t, size_t size, cpuset_t *set)
{
	return known(t) ? AS_ERRNO(_sched_setaffinity(getpid(), t->lid, size, set)) : ESRCH;
}

int
pthread_suspend_np(pthread_t t)
{
	if (t == pthread_self())
		return EDEADLK;
	return known(t) ? AS_ERRNO(_lwp_suspend(t->lid)) : ESRCH;
}

int
pthread_resume_np(pthread_t t)
{
	return known(t) ? AS_ERRNO(_lwp_continue(t->lid)) : ESRCH;
}

int
pthread_getcpuclockid(pthread_t t, clockid_t *clock)
{
	return known(t) ? AS_ERRNO(clock_getcpuclockid2(P_LWPID, t->lid, clock)) : ESRCH;
}

unsigned int
pthread_curcpu_np(void)
{
	static _Thread_local struct lwpctl *control;

	if (control == NULL && _lwp_ctl(LWPCTL_FEATURE_CURCPU, &control) == -1)
		return 0;
	return control->lc_curcpu;
}

/* There is no round robin between threads of the process's own to switch on or off. */
int
pthread_getrrtimer_np(void)
{
	return 0;
}

int
pthread_setrrtimer_np(int ms)
{
	(void)ms;
	return 0;
}

int *
pthread__errno(void)
{
	return &errno;
}

/* <signal.h> renames it; this is for who takes its address by name. */
#undef pthread_sigmask
int pthread_sigmask(int, const sigset_t *restrict, sigset_t *restrict);

int
pthread_sigmask(int how, const sigset_t *restrict set, sigset_t *restrict old)
{
	return __libc_thr_sigsetmask(how, set, old);
}

LIBC_NAME(__libc_thr_curcpu, pthread_curcpu_np);
