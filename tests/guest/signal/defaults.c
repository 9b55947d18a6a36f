/* Every signal's default action, and raise, abort, SIG_IGN, SIGSYS. */
#include <sys/syscall.h>
#include <signal.h>

#include "child.h"

static int signo;
static volatile int calls, seen, code;

static void
handler(int s, siginfo_t *info, void *context)
{
	(void)context;
	seen = s;
	code = info->si_code;
	calls++;
}

static void
send(void)
{
	raise(signo);
	_exit(33);
}

static void
send_ignored(void)
{
	signal(signo, SIG_IGN);
	raise(signo);
	_exit(34);
}

static void
do_abort(void)
{
	abort();
}

static void
bad_call(void)
{
	syscall(400000);
	_exit(1);
}

static void
bad_call_ignored(void)
{
	signal(SIGSYS, SIG_IGN);
	CHECK_ERRNO(syscall(400000), ENOSYS);
	_exit(2);
}

static void
bad_call_blocked(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGSYS);
	sigprocmask(SIG_BLOCK, &set, NULL);
	CHECK_ERRNO(syscall(511), ENOSYS);
	sigpending(&set);
	_exit(sigismember(&set, SIGSYS) ? 3 : 4);
}

static void
bad_call_caught(void)
{
	struct sigaction sa = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO };

	CHECK_EQ(sigaction(SIGSYS, &sa, NULL), 0);
	CHECK_ERRNO(syscall(-1), ENOSYS);
	CHECK_EQ(calls, 1);
	CHECK_EQ(seen, SIGSYS);
	CHECK_EQ(code, SI_NOINFO);
	/* libc's syscall() is the indirect call: once, and not through itself. */
	CHECK_EQ(syscall(SYS_getpid), getpid());
	CHECK_EQ(__syscall(SYS_getpid), getpid());
	CHECK_ERRNO(syscall(SYS_syscall, SYS_getpid), ENOSYS);
	CHECK_ERRNO(syscall(SYS___syscall, SYS_getpid), ENOSYS);
	CHECK_ERRNO(__syscall(SYS_syscall, SYS___syscall, SYS_getpid), ENOSYS);
	/* Six arguments and more, shifted. */
	char text[] = "abc";
	int fds[2];
	CHECK_EQ(pipe(fds), 0);
	CHECK_EQ(syscall(SYS_write, fds[1], text, 3), 3);
	CHECK_EQ(__syscall(SYS_read, fds[0], text, 10), 3);
	CHECK_ERRNO(syscall(SYS_write, -1, text, 3), EBADF);
	CHECK_ERRNO(__syscall(SYS_close, 77), EBADF);
	_exit(5);
}

int
main(void)
{
	for (signo = 1; signo < 64; signo++) {
		int status = child_status(send), ignored;

		switch (signo) {
		case SIGURG: case SIGCONT: case SIGCHLD: case SIGIO: case SIGWINCH: case SIGINFO: case SIGPWR:
			CHECK_EQ(status, 33 << 8);
			break;
		default:
			CHECK_EQ(status & 0x7f, signo);
		}
		ignored = child_status(send_ignored);
		CHECK_EQ(ignored, signo == SIGKILL ? SIGKILL : 34 << 8);
		if (signo == SIGURG)
			signo = SIGTSTP;	/* the stops are another test's */
		if (signo == SIGCHLD)
			signo = SIGTTOU;
	}
	CHECK_KILLED(do_abort, SIGABRT);
	CHECK_KILLED(bad_call, SIGSYS);
	CHECK_EQ(child_status(bad_call_ignored), 2 << 8);
	CHECK_EQ(child_status(bad_call_blocked), 3 << 8);
	CHECK_EQ(child_status(bad_call_caught), 5 << 8);
	return 0;
}
