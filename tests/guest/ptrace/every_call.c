/* A process that stops at every system call still forks, runs programs, has threads, sleeps and takes signals. */
#include <pthread.h>
#include <time.h>

#include "tracing.h"

static volatile int alarms;

static void
on_alarm(int signo)
{
	(void)signo;
	alarms++;
}

static void *
thread(void *arg)
{
	usleep(2000);
	return arg;
}

static void
work(char *self)
{
	char *argv[] = { self, "child", NULL };
	pthread_attr_t attr;
	pthread_t t;
	int status;
	pid_t pid;

	trace_me();
	if ((pid = fork()) == 0)
		_exit(2);
	if (waitpid(pid, &status, 0) != pid || status != W_EXITCODE(2, 0))
		_exit(10);
	if ((pid = vfork()) == 0) {
		execv(self, argv);
		_exit(3);
	}
	if (waitpid(pid, &status, 0) != pid || status != W_EXITCODE(33, 0))
		_exit(11);
	if (pthread_create(&t, NULL, thread, NULL) != 0 || pthread_join(t, NULL) != 0)
		_exit(12);
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	if (pthread_create(&t, &attr, thread, NULL) != 0)
		_exit(13);
	usleep(20000);
	signal(SIGALRM, on_alarm);
	alarm(1);
	if (pause() != -1 || errno != EINTR || alarms != 1)
		_exit(14);
	execv(self, argv);
	_exit(15);
}

int
main(int argc, char **argv)
{
	int status, entries = 0, exits = 0, execs = 0, chlds = 0;
	pid_t pid;

	if (argc > 1)
		return 33;
	if ((pid = fork()) == 0)
		work("/bin/every_call");
	expect_stop(pid, SIGSTOP);
	CHECK_EQ(ptrace(PT_SYSCALL, pid, (void *)1, 0), 0);
	for (;;) {
		struct ptrace_siginfo info;
		int signo = 0;

		CHECK_EQ(waitpid(pid, &status, 0), pid);
		if (!WIFSTOPPED(status))
			break;
		info = stop_info(pid);
		if (WSTOPSIG(status) != SIGTRAP) {
			signo = WSTOPSIG(status);
			chlds += signo == SIGCHLD;
		} else if (info.psi_siginfo.si_code == TRAP_SCE)
			entries++;
		else if (info.psi_siginfo.si_code == TRAP_SCX)
			exits++;
		else {
			CHECK_EQ(info.psi_siginfo.si_code, TRAP_EXEC);
			execs++;
		}
		CHECK_EQ(ptrace(PT_SYSCALL, pid, (void *)1, signo), 0);
	}
	CHECK_EQ(status, W_EXITCODE(33, 0));
	CHECK_EQ(execs, 1);
	CHECK_EQ(chlds, 2);
	CHECK_EQ(entries - exits, 3);	/* exit does not return, nor do two threads' ends */
	return 0;
}
