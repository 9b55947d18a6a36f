/*
 * What else a child has from its parent, and what it starts without (spec C.7, C.8, C.14, C.19, C.22).
 */
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <lwp.h>
#include <sched.h>
#include <signal.h>
#include <time.h>

#include "baton.h"

static volatile int caught;

static void on_signal(int signo) { caught = signo; }

static void
test_signals(void)
{
	static char alternate[SIGSTKSZ];
	stack_t ss = { .ss_sp = alternate, .ss_size = sizeof(alternate) }, got;
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART | SA_ONSTACK }, seen;
	sigset_t mask, pending, now;
	pid_t pid;

	sigemptyset(&mask);
	sigaddset(&mask, SIGUSR1);
	sigaddset(&action.sa_mask, SIGHUP);
	CHECK_EQ(sigaltstack(&ss, NULL), 0);
	CHECK_EQ(sigaction(SIGUSR1, &action, NULL), 0);
	CHECK(signal(SIGUSR2, SIG_IGN) == SIG_DFL);
	CHECK_EQ(sigprocmask(SIG_BLOCK, &mask, NULL), 0);
	CHECK_EQ(raise(SIGUSR1), 0);
	pid = fork();
	if (pid == 0) {
		/* Pending signals are the parent's. */
		CHECK_EQ(sigpending(&pending), 0);
		CHECK(!sigismember(&pending, SIGUSR1));
		CHECK_EQ(sigprocmask(SIG_BLOCK, NULL, &now), 0);
		CHECK(sigismember(&now, SIGUSR1) && !sigismember(&now, SIGUSR2));
		CHECK_EQ(sigaction(SIGUSR1, NULL, &seen), 0);
		CHECK(seen.sa_handler == on_signal && seen.sa_flags == (SA_RESTART | SA_ONSTACK));
		CHECK(sigismember(&seen.sa_mask, SIGHUP) && sigismember(&seen.sa_mask, SIGUSR1));
		CHECK_EQ(sigaction(SIGUSR2, NULL, &seen), 0);
		CHECK(seen.sa_handler == SIG_IGN);
		CHECK_EQ(sigaltstack(NULL, &got), 0);
		CHECK(got.ss_sp == alternate && got.ss_size == sizeof(alternate) && got.ss_flags == 0);
		/* All of it works, and changing it changes nothing in the parent. */
		kill(getpid(), SIGUSR2);
		kill(getpid(), SIGUSR1);
		CHECK_EQ(caught, 0);
		CHECK_EQ(sigprocmask(SIG_UNBLOCK, &mask, NULL), 0);
		CHECK_EQ(caught, SIGUSR1);
		signal(SIGUSR1, SIG_DFL);
		_exit(0);
	}
	expect_exit(pid, 0);
	CHECK_EQ(caught, 0);
	CHECK_EQ(sigprocmask(SIG_UNBLOCK, &mask, NULL), 0);
	CHECK_EQ(caught, SIGUSR1);
}

/* A fork on the alternate stack goes on there. */
static volatile pid_t forked;

static void
fork_in_handler(int signo)
{
	stack_t ss;

	forked = fork();
	CHECK_EQ(sigaltstack(NULL, &ss), 0);
	CHECK_EQ(ss.ss_flags, SS_ONSTACK);
}

static void
test_fork_on_alternate_stack(void)
{
	struct sigaction action = { .sa_handler = fork_in_handler, .sa_flags = SA_ONSTACK };
	stack_t ss;

	CHECK_EQ(sigaction(SIGUSR1, &action, NULL), 0);
	raise(SIGUSR1);
	CHECK_EQ(sigaltstack(NULL, &ss), 0);
	CHECK_EQ(ss.ss_flags, 0);
	if (forked == 0)
		_exit(0);
	expect_exit(forked, 0);
}

static void
test_timers_and_usage(void)
{
	struct itimerval timer = { .it_value = { 1000, 0 } }, got;
	struct sigevent event = { .sigev_notify = SIGEV_NONE };
	struct itimerspec spec;
	struct rusage usage;
	timer_t id;
	pid_t pid;

	for (int which = ITIMER_REAL; which <= ITIMER_PROF; which++)
		CHECK_EQ(setitimer(which, &timer, NULL), 0);
	CHECK_EQ(timer_create(CLOCK_MONOTONIC, &event, &id), 0);
	for (volatile int i = 0; i < 100000; i++)
		continue;
	pid = fork();
	if (pid == 0) {
		for (int which = ITIMER_REAL; which <= ITIMER_PROF; which++) {
			CHECK_EQ(getitimer(which, &got), 0);
			CHECK_EQ(got.it_value.tv_sec, 0);
			CHECK_EQ(got.it_value.tv_usec, 0);
		}
		CHECK_ERRNO(timer_gettime(id, &spec), EINVAL);
		CHECK_EQ(getrusage(RUSAGE_SELF, &usage), 0);
		CHECK_EQ(usage.ru_utime.tv_sec, 0);
		CHECK(usage.ru_utime.tv_usec < 50);
		CHECK_EQ(getrusage(RUSAGE_CHILDREN, &usage), 0);
		CHECK_EQ(usage.ru_utime.tv_sec + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec, 0);
		_exit(0);
	}
	expect_exit(pid, 0);
	CHECK_EQ(getitimer(ITIMER_REAL, &got), 0);
	CHECK(got.it_value.tv_sec >= 999);
	CHECK_EQ(timer_gettime(id, &spec), 0);
}

static void
test_places_and_numbers(void)
{
	struct rlimit limit;
	pid_t group = getpgrp(), session = getsid(0), pid;
	char cwd[64];

	CHECK_EQ(chdir("/tmp"), 0);
	umask(027);
	CHECK_EQ(setpriority(PRIO_PROCESS, 0, 3), 0);
	CHECK_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = 40;
	CHECK_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
	pid = fork();
	if (pid == 0) {
		CHECK_EQ(getpgrp(), group);
		CHECK_EQ(getsid(0), session);
		CHECK_EQ(_lwp_self(), getpid());
		CHECK_STR(getcwd(cwd, sizeof(cwd)), "/tmp");
		CHECK_EQ(getpriority(PRIO_PROCESS, 0), 3);
		CHECK_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
		CHECK_EQ(limit.rlim_cur, 40);
		limit.rlim_cur = 30;
		CHECK_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
		CHECK_EQ(umask(0), 027);
		CHECK_EQ(chdir("/"), 0);
		CHECK_EQ(setpriority(PRIO_PROCESS, 0, 5), 0);
		CHECK_ERRNO(waitpid(-1, NULL, 0), ECHILD);
		_exit(0);
	}
	expect_exit(pid, 0);
	CHECK_STR(getcwd(cwd, sizeof(cwd)), "/tmp");
	CHECK_EQ(umask(022), 027);
	CHECK_EQ(getpriority(PRIO_PROCESS, 0), 3);
	CHECK_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
	CHECK_EQ(limit.rlim_cur, 40);
}

/* SIGCHLD ignored, or SA_NOCLDWAIT, is inherited: grandchildren leave no zombies either. */
static void
test_no_zombies_inherited(void)
{
	struct sigaction action = { .sa_handler = SIG_DFL, .sa_flags = SA_NOCLDWAIT };
	pid_t pid = fork();

	if (pid == 0) {
		CHECK_EQ(sigaction(SIGCHLD, &action, NULL), 0);
		pid = fork();
		if (pid == 0) {
			if (fork() == 0)
				_exit(0);
			_exit(waitpid(-1, NULL, 0) != -1 || errno != ECHILD);
		}
		/* Its status is lost. Only that all are gone can be seen. */
		CHECK_ERRNO(waitpid(-1, NULL, 0), ECHILD);
		_exit(0);
	}
	expect_exit(pid, 0);
}

/* tp as the program left it, and what _lwp_setprivate registered, are two things (spec A.5). */
static void
test_thread_pointer(void)
{
	static char block[64];
	void *registered = _lwp_getprivate();
	register uintptr_t tp_in_child __asm__("s2");
	pid_t pid;

	CHECK_EQ(syscall(SYS__lwp_setprivate, registered), 0);
	__asm__ volatile(
	    ".option push\n.option norvc\n"
	    "mv	s3, tp\n"
	    "mv	tp, %2\n"
	    "li	t6, %3\n"
	    "ecall\n"
	    "j	1f\n"
	    "nop\n"
	    "1: mv %1, tp\n"
	    "mv	tp, s3\n"
	    "addi a1, a1, -1\n"
	    "and %0, a0, a1\n"
	    ".option pop\n"
	    : "=&r"(pid), "=&r"(tp_in_child) : "r"(block), "i"(SYS_fork)
	    : "a0", "a1", "t6", "s3", "memory");
	if (pid == 0) {
		CHECK_EQ(tp_in_child, (uintptr_t)block);
		CHECK(_lwp_getprivate() == registered);
		_exit(0);
	}
	expect_exit(pid, 0);
}

int
main(void)
{
	test_signals();
	test_fork_on_alternate_stack();
	test_timers_and_usage();
	test_places_and_numbers();
	test_no_zombies_inherited();
	test_thread_pointer();
	return 0;
}
