/* What SIGCHLD says: CLD_EXITED, KILLED, STOPPED, CONTINUED; SA_NOCLDSTOP; no zombies with SA_NOCLDWAIT. */
#include <signal.h>

#include "child.h"

static volatile siginfo_t last;
static volatile int calls;

static void
handler(int signo, siginfo_t *info, void *context)
{
	(void)signo;
	(void)context;
	last = *info;
	calls++;
}

static void
expect(pid_t pid, int code, int status)
{
	CHECK_EQ(calls, 1);
	CHECK_EQ(last.si_signo, SIGCHLD);
	CHECK_EQ(last.si_code, code);
	CHECK_EQ(last.si_status, status);
	CHECK_EQ(last.si_pid, pid);
	CHECK_EQ(last.si_uid, 0);
	CHECK_EQ(last.si_errno, 0);
	calls = 0;
}

static pid_t
sleeper(void)
{
	pid_t pid = fork();

	if (pid == 0)
		for (;;)
			pause();
	sleep_ms(1);
	return pid;
}

int
main(void)
{
	struct sigaction sa = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_RESTART };
	int status;
	pid_t pid;
	siginfo_t info;

	CHECK_EQ(sigaction(SIGCHLD, &sa, NULL), 0);
	pid = fork();
	if (pid == 0)
		_exit(42);
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	expect(pid, CLD_EXITED, 42);

	pid = sleeper();
	kill(pid, SIGTERM);
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	expect(pid, CLD_KILLED, SIGTERM);

	pid = sleeper();
	kill(pid, SIGSTOP);
	CHECK_EQ(waitpid(pid, &status, WUNTRACED), pid);
	CHECK(WIFSTOPPED(status));
	expect(pid, CLD_STOPPED, SIGSTOP);
	kill(pid, SIGCONT);
	CHECK_EQ(waitpid(pid, &status, WCONTINUED), pid);
	CHECK(WIFCONTINUED(status));
	CHECK_EQ(status, 0xffff);
	expect(pid, CLD_CONTINUED, SIGCONT);

	/* waitid says the same. */
	CHECK_EQ(waitid(P_PID, pid, &info, WEXITED | WSTOPPED | WCONTINUED | WNOHANG), 0);
	CHECK_EQ(info.si_pid, 0);
	kill(pid, SIGKILL);
	CHECK_EQ(waitid(P_PID, pid, &info, WEXITED | WNOWAIT), 0);
	CHECK_EQ(info.si_signo, SIGCHLD);
	CHECK_EQ(info.si_code, CLD_KILLED);
	CHECK_EQ(info.si_status, SIGKILL);
	CHECK_EQ(info.si_pid, pid);
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	expect(pid, CLD_KILLED, SIGKILL);

	/* SA_NOCLDSTOP: ends only. wait still hears of stops. */
	sa.sa_flags |= SA_NOCLDSTOP;
	CHECK_EQ(sigaction(SIGCHLD, &sa, NULL), 0);
	pid = sleeper();
	kill(pid, SIGSTOP);
	CHECK_EQ(waitpid(pid, &status, WUNTRACED), pid);
	kill(pid, SIGCONT);
	CHECK_EQ(waitpid(pid, &status, WCONTINUED), pid);
	CHECK_EQ(calls, 0);
	kill(pid, SIGKILL);
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	expect(pid, CLD_KILLED, SIGKILL);

	/* Several at once are one signal. */
	sigset_t set, old;
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, &old);
	for (int i = 0; i < 3; i++)
		if (fork() == 0)
			_exit(i);
	sleep_ms(5);
	CHECK_EQ(calls, 0);
	sigprocmask(SIG_SETMASK, &old, NULL);
	CHECK_EQ(calls, 1);
	int sum = 0;
	while (wait(&status) > 0)
		sum += WEXITSTATUS(status);
	CHECK_EQ(sum, 3);
	CHECK_EQ(errno, ECHILD);

	/* SA_NOCLDWAIT: children leave nothing; wait waits for the last and fails. */
	sa.sa_flags = SA_SIGINFO | SA_RESTART | SA_NOCLDWAIT;
	CHECK_EQ(sigaction(SIGCHLD, &sa, NULL), 0);
	for (int i = 0; i < 3; i++)
		if (fork() == 0) {
			sleep_ms(3 * i);
			_exit(i);
		}
	CHECK_ERRNO(wait(&status), ECHILD);
	signal(SIGCHLD, SIG_IGN);
	pid = fork();
	if (pid == 0)
		_exit(0);
	CHECK_ERRNO(waitpid(pid, &status, 0), ECHILD);
	/* Back to normal. */
	signal(SIGCHLD, SIG_DFL);
	pid = fork();
	if (pid == 0)
		_exit(9);
	sleep_ms(2);
	CHECK_EQ(wait(&status), pid);
	CHECK_EQ(status, 9 << 8);
	return 0;
}
