/* wait's options and errors (spec B.6, C.34). */
#include "children.h"

static void
test_invalid(void)
{
	pid_t pid = child_exits(0);

	/* wait6 wants to know what to wait for. */
	CHECK_ERRNO(wait6(P_ALL, 0, NULL, 0, NULL, NULL), EINVAL);
	CHECK_ERRNO(wait6(P_ALL, 0, NULL, WNOHANG, NULL, NULL), EINVAL);
	CHECK_ERRNO(wait6(P_ALL, 0, NULL, WNOWAIT | WNOHANG | __WALL, NULL, NULL), EINVAL);
	for (int bit = 0; bit < 31; bit++)
		if (!((1 << bit) & (0x7f | 0x30000)))
			CHECK_ERRNO(wait6(P_ALL, 0, NULL, WEXITED | 1 << bit, NULL, NULL), EINVAL);
	CHECK_ERRNO(waitpid(pid, NULL, 0x80), EINVAL);
	CHECK_ERRNO(waitpid(pid, NULL, -1), EINVAL);
	until_zombie(pid);
	expect_status(pid, WNOHANG | WUNTRACED | WCONTINUED | WEXITED | WTRAPPED | __WALL, 0);
}

static void
test_nobody(void)
{
	static const int options[] = { 0, WNOHANG, WUNTRACED, WCONTINUED, WNOHANG | WUNTRACED, __WALL, __WCLONE,
	    __WALL | WNOHANG | WNOWAIT };
	struct rusage usage;

	for (unsigned i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		CHECK_ERRNO(waitpid(-1, NULL, options[i]), ECHILD);
		CHECK_ERRNO(waitpid(0, NULL, options[i]), ECHILD);
		CHECK_ERRNO(waitpid(1, NULL, options[i]), ECHILD);
		CHECK_ERRNO(waitpid(-77, NULL, options[i]), ECHILD);
		CHECK_ERRNO(wait3(NULL, options[i], &usage), ECHILD);
		CHECK_ERRNO(wait4(-1, NULL, options[i], &usage), ECHILD);
		CHECK_ERRNO(wait6(P_ALL, 0, NULL, options[i] | WEXITED, NULL, NULL), ECHILD);
	}
	CHECK_ERRNO(wait(NULL), ECHILD);
}

static void
test_nohang(void)
{
	pid_t pid = child_sleeps();
	siginfo_t info;
	int status = 0x1234;

	/* Nothing is stored when there is nothing to tell. */
	CHECK_EQ(waitpid(pid, &status, WNOHANG), 0);
	CHECK_EQ(status, 0x1234);
	CHECK_EQ(waitpid(-1, &status, WNOHANG | WUNTRACED | WCONTINUED), 0);
	CHECK_EQ(status, 0x1234);
	memset(&info, 0xff, sizeof(info));
	CHECK_EQ(waitid(P_PID, pid, &info, WEXITED | WNOHANG), 0);
	CHECK_EQ(info.si_signo, 0);
	CHECK_EQ(info.si_pid, 0);
	kill(pid, SIGKILL);
	until_zombie(pid);
	CHECK_EQ(waitpid(pid, &status, WNOHANG), pid);
	CHECK_EQ(status, SIGKILL);
}

/* WNOWAIT looks and leaves everything as it is: ends, stops, continuations. */
static void
test_nowait(void)
{
	pid_t pid = child_sleeps();
	siginfo_t info;
	int status;

	CHECK_EQ(kill(pid, SIGSTOP), 0);
	for (int i = 0; i < 3; i++) {
		CHECK_EQ(wait6(P_PID, pid, &status, WSTOPPED | (i < 2 ? WNOWAIT : 0), NULL, &info), pid);
		CHECK_EQ(status, SIGSTOP << 8 | 0x7f);
		CHECK_EQ(info.si_signo, SIGCHLD);
		CHECK_EQ(info.si_code, CLD_STOPPED);
		CHECK_EQ(info.si_pid, pid);
		CHECK_EQ(info.si_status, SIGSTOP);
	}
	CHECK_EQ(wait6(P_PID, pid, &status, WSTOPPED | WNOHANG, NULL, NULL), 0);
	CHECK_EQ(kill(pid, SIGCONT), 0);
	for (int i = 0; i < 3; i++) {
		CHECK_EQ(wait6(P_PID, pid, &status, WCONTINUED | (i < 2 ? WNOWAIT : 0), NULL, &info), pid);
		CHECK_EQ(status, 0xffff);
		CHECK_EQ(info.si_code, CLD_CONTINUED);
		CHECK_EQ(info.si_status, SIGCONT);
	}
	CHECK_EQ(wait6(P_PID, pid, &status, WCONTINUED | WNOHANG, NULL, NULL), 0);
	CHECK_EQ(kill(pid, SIGTERM), 0);
	for (int i = 0; i < 3; i++) {
		CHECK_EQ(wait6(P_PID, pid, &status, WEXITED | (i < 2 ? WNOWAIT : 0), NULL, &info), pid);
		CHECK_EQ(status, SIGTERM);
		CHECK_EQ(info.si_code, CLD_KILLED);
		CHECK_EQ(info.si_uid, getuid());
		CHECK_EQ(info.si_status, SIGTERM);
	}
	CHECK_ERRNO(wait6(P_PID, pid, &status, WEXITED, NULL, NULL), ECHILD);
}

/* What was not asked for is not told: an end to who waits for stops, a stop to who waits for ends. */
static void
test_selection(void)
{
	pid_t pid = child_sleeps();

	CHECK_EQ(kill(pid, SIGSTOP), 0);
	give_way();
	CHECK_EQ(wait6(P_PID, pid, NULL, WEXITED | WCONTINUED | WTRAPPED | WNOHANG, NULL, NULL), 0);
	CHECK_EQ(kill(pid, SIGKILL), 0);
	until_zombie(pid);
	CHECK_EQ(wait6(P_PID, pid, NULL, WSTOPPED | WCONTINUED | WTRAPPED | WNOHANG, NULL, NULL), 0);
	CHECK_EQ(wait6(P_PID, pid, NULL, WEXITED, NULL, NULL), pid);
}

/* WNOZOMBIE hands the dead child on to init, which buries it. */
static void
test_nozombie(void)
{
	pid_t pid = child_exits(3);
	int status;

	CHECK_EQ(wait6(P_PID, pid, &status, WEXITED | WNOZOMBIE, NULL, NULL), pid);
	CHECK_EQ(status, 3 << 8);
	expect_nobody();
	give_way();
	CHECK_ERRNO(kill(pid, 0), ESRCH);
}

static void
test_bad_addresses(void)
{
	pid_t pid = child_exits(0);

	until_zombie(pid);
	CHECK_ERRNO(waitpid(pid, (int *)8, 0), EFAULT);
	pid = child_exits(0);
	CHECK_ERRNO(wait4(pid, NULL, 0, (struct rusage *)8), EFAULT);
	waitpid(-1, NULL, 0);
	waitpid(-1, NULL, 0);
}

static volatile int caught;

static void on_signal(int signo) { caught = signo; }

static void
test_interrupted(void)
{
	struct sigaction action = { .sa_handler = on_signal };
	pid_t self = getpid(), pid = child_sleeps(), other;

	CHECK_EQ(sigaction(SIGUSR1, &action, NULL), 0);
	other = fork();
	if (other == 0) {
		give_way();
		kill(self, SIGUSR1);
		_exit(0);
	}
	CHECK_ERRNO(waitpid(pid, NULL, 0), EINTR);
	CHECK_EQ(caught, SIGUSR1);
	expect_status(other, 0, 0);
	/* With SA_RESTART it goes on. */
	action.sa_flags = SA_RESTART;
	caught = 0;
	CHECK_EQ(sigaction(SIGUSR1, &action, NULL), 0);
	other = fork();
	if (other == 0) {
		give_way();
		kill(self, SIGUSR1);
		give_way();
		kill(pid, SIGTERM);
		_exit(0);
	}
	expect_status(pid, 0, SIGTERM);
	CHECK_EQ(caught, SIGUSR1);
	expect_status(other, 0, 0);
}

int
main(void)
{
	test_nobody();
	test_invalid();
	test_nohang();
	test_nowait();
	test_selection();
	test_nozombie();
	test_bad_addresses();
	test_interrupted();
	expect_nobody();
	return 0;
}
