/* LWPs of a traced process: their events, what can be learned of each, suspending one (spec B.5, B.6). */
#define __LEGACY_PT_LWPINFO
#include <lwp.h>
#include <pthread.h>

#include "tracing.h"

static volatile int counter, stop_counting;

static void *
thread(void *arg)
{
	_lwp_setname(_lwp_self(), "worker");
	return arg;
}

static void *
count(void *arg)
{
	while (!stop_counting) {
		counter++;
		_lwp_ctl(0, NULL);
	}
	return arg;
}

static int
event(pid_t pid, int expected)
{
	ptrace_state_t state;

	expect_stop(pid, SIGTRAP);
	CHECK_EQ(stop_info(pid).psi_siginfo.si_code, TRAP_LWP);
	CHECK_EQ(ptrace(PT_GET_PROCESS_STATE, pid, &state, sizeof state), 0);
	CHECK_EQ(state.pe_report_event, expected);
	CHECK_EQ(stop_info(pid).psi_lwpid, state.pe_lwp);
	return state.pe_lwp;
}

static void
events(void)
{
	struct ptrace_lwpstatus status;
	struct ptrace_lwpinfo info;
	int mask = PTRACE_LWP_CREATE | PTRACE_LWP_EXIT, lid;
	pid_t pid = fork();

	if (pid == 0) {
		pthread_t t;

		trace_me();
		signal(SIGTRAP, SIG_IGN);
		if (pthread_create(&t, NULL, thread, NULL) != 0 || pthread_join(t, NULL) != 0)
			_exit(1);
		_exit(3);
	}
	expect_stop(pid, SIGSTOP);
	CHECK_EQ(ptrace(PT_SET_EVENT_MASK, pid, &mask, sizeof mask), 0);
	go_on(pid, 0);
	lid = event(pid, PTRACE_LWP_CREATE);
	CHECK(lid != pid);
	status.pl_lwpid = 0;
	CHECK_EQ(ptrace(PT_LWPNEXT, pid, &status, sizeof status), 0);
	CHECK_EQ(status.pl_lwpid, pid);
	CHECK_EQ(ptrace(PT_LWPNEXT, pid, &status, sizeof status), 0);
	CHECK_EQ(status.pl_lwpid, lid);
	CHECK_EQ(ptrace(PT_LWPNEXT, pid, &status, sizeof status), 0);
	CHECK_EQ(status.pl_lwpid, 0);
	status.pl_lwpid = 12345;
	CHECK_ERRNO(ptrace(PT_LWPSTATUS, pid, &status, sizeof status), ESRCH);
	CHECK_ERRNO(ptrace(PT_LWPSTATUS, pid, &status, sizeof status + 1), EINVAL);
	info.pl_lwpid = 0;
	CHECK_EQ(ptrace(PT_LWPINFO, pid, &info, sizeof info), 0);
	CHECK_EQ(info.pl_lwpid, pid);
	CHECK_EQ(info.pl_event, PL_EVENT_NONE);
	CHECK_EQ(ptrace(PT_LWPINFO, pid, &info, sizeof info), 0);
	CHECK_EQ(info.pl_lwpid, lid);
	CHECK_EQ(info.pl_event, PL_EVENT_SIGNAL);
	go_on(pid, 0);
	CHECK_EQ(event(pid, PTRACE_LWP_EXIT), lid);
	status.pl_lwpid = lid;
	CHECK_EQ(ptrace(PT_LWPSTATUS, pid, &status, sizeof status), 0);
	CHECK_STR(status.pl_name, "worker");
	go_on(pid, 0);
	expect_exit(pid, 3);
}

static void
suspend(void)
{
	struct ptrace_lwpstatus status = { .pl_lwpid = 0 };
	int before, lid;
	pid_t pid = fork();

	if (pid == 0) {
		pthread_t t;

		if (ptrace(PT_TRACE_ME, 0, NULL, 0) != 0 || pthread_create(&t, NULL, count, NULL) != 0)
			_exit(1);
		usleep(30000);
		raise(SIGUSR1);
		usleep(30000);
		raise(SIGUSR1);
		usleep(30000);
		raise(SIGUSR1);
		_exit(0);
	}
	expect_stop(pid, SIGUSR1);
	CHECK_EQ(ptrace(PT_LWPNEXT, pid, &status, sizeof status), 0);
	CHECK_EQ(ptrace(PT_LWPNEXT, pid, &status, sizeof status), 0);
	lid = status.pl_lwpid;
	before = ptrace(PT_READ_D, pid, (void *)(uintptr_t)&counter, 0);
	CHECK(before > 0);
	CHECK_EQ(ptrace(PT_SUSPEND, pid, NULL, pid), 0);
	CHECK_EQ(ptrace(PT_SUSPEND, pid, NULL, lid), 0);
	CHECK_ERRNO(ptrace(PT_CONTINUE, pid, (void *)1, 0), EDEADLK);
	CHECK_EQ(ptrace(PT_RESUME, pid, NULL, pid), 0);
	go_on(pid, 0);
	expect_stop(pid, SIGUSR1);
	CHECK_EQ(ptrace(PT_READ_D, pid, (void *)(uintptr_t)&counter, 0), before);
	CHECK_EQ(ptrace(PT_RESUME, pid, NULL, lid), 0);
	go_on(pid, 0);
	expect_stop(pid, SIGUSR1);
	CHECK(ptrace(PT_READ_D, pid, (void *)(uintptr_t)&counter, 0) > before);
	go_on(pid, 0);
	expect_exit(pid, 0);
}

int
main(void)
{
	events();
	suspend();
	return 0;
}
