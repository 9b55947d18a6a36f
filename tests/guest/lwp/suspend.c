/* _lwp_suspend, _lwp_continue, _lwp_wakeup. */
#include <sys/wait.h>
#include <signal.h>
#include <time.h>

#include "lwps.h"

static volatile int stop, count, woke, caught;
static volatile int sleep_result, sleep_errno;

static void
counts(void *argument)
{
	(void)argument;
	while (!stop)
		if (++count % 256 == 0)
			sched_yield();
}

static void
suspends_itself(void *argument)
{
	(void)argument;
	CHECK_EQ(_lwp_suspend(_lwp_self()), 0);
	woke = 1;
}

static void
sleeps(void *argument)
{
	const struct timespec t = { 0, 20000000 };

	(void)argument;
	sleep_result = nanosleep(&t, NULL);
	sleep_errno = errno;
	woke = 1;
}

static void
pauses(void *argument)
{
	(void)argument;
	pause();
	woke = 1;
}

static void
handler(int signo)
{
	caught = signo;
}

static void
pass_time(long ms)
{
	const struct timespec t = { 0, ms * 1000000 };

	nanosleep(&t, NULL);
}

static void
test_running(void)
{
	lwpid_t id = start(counts, NULL, 0);
	int seen;

	while (count == 0)
		sched_yield();
	CHECK_EQ(_lwp_suspend(id), 0);
	CHECK_EQ(_lwp_suspend(id), 0);
	seen = count;
	pass_time(50);
	CHECK_EQ(count, seen);
	CHECK_EQ(_lwp_continue(id), 0);
	pass_time(1);
	CHECK(count > seen);
	CHECK_EQ(_lwp_continue(id), 0);
	stop = 1;
	finish(id);
}

/* A sleeper's time goes on, but it runs only when continued. */
static void
test_sleeping(void)
{
	lwpid_t id;

	woke = 0;
	id = start(sleeps, NULL, 0);
	pass_time(5);
	CHECK_EQ(_lwp_suspend(id), 0);
	pass_time(50);
	CHECK_EQ(woke, 0);
	CHECK_EQ(_lwp_continue(id), 0);
	finish(id);
	CHECK_EQ(sleep_result, 0);
}

static void
test_self(void)
{
	lwpid_t id;

	CHECK_ERRNO(_lwp_suspend(_lwp_self()), EDEADLK);
	CHECK_ERRNO(_lwp_suspend(4711), ESRCH);
	CHECK_ERRNO(_lwp_continue(4711), ESRCH);
	woke = 0;
	id = start(suspends_itself, NULL, 0);
	pass_time(20);
	CHECK_EQ(woke, 0);
	CHECK_EQ(_lwp_continue(id), 0);
	finish(id);
	CHECK_EQ(woke, 1);
}

static void
test_wakeup(void)
{
	lwpid_t id;

	CHECK_ERRNO(_lwp_wakeup(4711), ESRCH);
	woke = 0;
	id = start(sleeps, NULL, 0);
	pass_time(1);
	CHECK_EQ(_lwp_wakeup(id), 0);
	finish(id);
	CHECK_EQ(sleep_result, -1);
	CHECK_EQ(sleep_errno, EINTR);

	/* One that does not sleep yet: its sleep ends at once. */
	id = start(sleeps, NULL, SUSPENDED);
	CHECK_ERRNO(_lwp_wakeup(id), ENODEV);
	CHECK_EQ(_lwp_continue(id), 0);
	finish(id);
	CHECK_EQ(sleep_result, -1);
	CHECK_EQ(sleep_errno, EINTR);
}

/* A signal for a suspended LWP waits until it is continued. */
static void
test_signal(void)
{
	lwpid_t id;

	signal(SIGUSR1, handler);
	woke = 0;
	id = start(pauses, NULL, 0);
	pass_time(1);
	CHECK_EQ(_lwp_suspend(id), 0);
	CHECK_EQ(_lwp_kill(id, SIGUSR1), 0);
	pass_time(20);
	CHECK_EQ(caught, 0);
	CHECK_EQ(_lwp_continue(id), 0);
	finish(id);
	CHECK_EQ(caught, SIGUSR1);
	CHECK_EQ(woke, 1);
}

static void
forks(void *other)
{
	pid_t pid;
	int status;

	CHECK_EQ(_lwp_suspend(*(lwpid_t *)other), 0);
	pid = vfork();
	if (pid == 0) {
		kill(getppid(), SIGUSR1);
		_exit(0);
	}
	woke = caught;
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(_lwp_continue(*(lwpid_t *)other), 0);
}

/* A signal that comes when nobody can take it, one being suspended and one in vfork, is for who can first. */
static void
test_signal_for_anybody(void)
{
	lwpid_t self = _lwp_self(), id;

	signal(SIGUSR1, handler);
	woke = caught = 0;
	id = start(forks, &self, 0);
	finish(id);
	CHECK_EQ(woke, SIGUSR1);
}

/* SIGKILL ends a process all of whose LWPs are suspended. */
static void
test_kill(void)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		stop = 0;
		start(suspends_itself, NULL, 0);
		start(counts, NULL, SUSPENDED);
		pass_time(5);
		_lwp_exit();
	}
	pass_time(20);
	CHECK_EQ(kill(pid, SIGTERM), 0);
	pass_time(20);
	CHECK_EQ(waitpid(pid, &status, WNOHANG), 0);
	CHECK_EQ(kill(pid, SIGKILL), 0);
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK(WIFSIGNALED(status));
}

int
main(void)
{
	test_running();
	test_sleeping();
	test_self();
	test_wakeup();
	test_signal();
	test_signal_for_anybody();
	test_kill();
	return 0;
}
