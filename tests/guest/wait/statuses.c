/* What status words say (spec B.6): exits, deaths by signals, stops, continuations. */
#include "children.h"

static void
test_exit_codes(void)
{
	static const int codes[] = { 0, 1, 2, 77, 127, 128, 255, 256, 0x12345, -1 };
	siginfo_t info;
	int status;

	for (unsigned i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		pid_t pid = child_exits(codes[i]);

		/* The kernel keeps all of the code; the macros show 8 bits of it. */
		CHECK_EQ(wait6(P_PID, pid, &status, WEXITED | WNOWAIT, NULL, &info), pid);
		CHECK_EQ(info.si_status, codes[i]);
		CHECK_EQ(info.si_code, CLD_EXITED);
		CHECK_EQ(waitpid(pid, &status, 0), pid);
		CHECK_EQ(status, (int)((unsigned)codes[i] << 8));
		CHECK(WIFEXITED(status) && !WIFSIGNALED(status) && !WIFSTOPPED(status) && !WIFCONTINUED(status));
		CHECK_EQ(WEXITSTATUS(status), codes[i] & 0xff);
	}
}

static void
test_signals(void)
{
	siginfo_t info;
	int status;

	for (int signo = 1; signo < 64; signo++) {
		pid_t pid;

		switch (signo) {
		case SIGSTOP: case SIGTSTP: case SIGTTIN: case SIGTTOU: case SIGCONT:
		case SIGURG: case SIGCHLD: case SIGIO: case SIGWINCH: case SIGINFO: case SIGPWR:
			continue;
		}
		pid = child_sleeps();
		CHECK_EQ(kill(pid, signo), 0);
		CHECK_EQ(wait6(P_PID, pid, &status, WEXITED | WNOWAIT, NULL, &info), pid);
		CHECK_EQ(info.si_status, signo);
		CHECK(info.si_code == CLD_KILLED || info.si_code == CLD_DUMPED);
		CHECK_EQ(waitpid(pid, &status, 0), pid);
		CHECK_EQ(status & 0x7f, signo);
		CHECK(WIFSIGNALED(status) && !WIFEXITED(status) && !WIFSTOPPED(status) && !WIFCONTINUED(status));
		CHECK_EQ(WTERMSIG(status), signo);
		CHECK_EQ(WCOREDUMP(status) != 0, info.si_code == CLD_DUMPED);
	}
}

static void
test_stops(void)
{
	pid_t pid = child_sleeps();
	int status;

	CHECK_EQ(kill(pid, SIGSTOP), 0);
	CHECK_EQ(waitpid(pid, &status, WUNTRACED), pid);
	CHECK_EQ(status, SIGSTOP << 8 | 0x7f);
	CHECK(WIFSTOPPED(status) && !WIFEXITED(status) && !WIFSIGNALED(status) && !WIFCONTINUED(status));
	CHECK_EQ(WSTOPSIG(status), SIGSTOP);
	/* Told once. */
	CHECK_EQ(waitpid(pid, &status, WUNTRACED | WNOHANG), 0);
	CHECK_EQ(kill(pid, SIGCONT), 0);
	/* Not told without being asked. */
	CHECK_EQ(waitpid(pid, &status, WUNTRACED | WNOHANG), 0);
	CHECK_EQ(waitpid(pid, &status, WCONTINUED), pid);
	CHECK_EQ(status, 0xffff);
	CHECK(WIFCONTINUED(status) && !WIFEXITED(status) && !WIFSIGNALED(status) && !WIFSTOPPED(status));
	CHECK_EQ(waitpid(pid, &status, WCONTINUED | WNOHANG), 0);
	/* A stop that nobody heard of is over when the process goes on. */
	CHECK_EQ(kill(pid, SIGSTOP), 0);
	give_way();
	CHECK_EQ(kill(pid, SIGCONT), 0);
	CHECK_EQ(waitpid(pid, &status, WUNTRACED | WNOHANG), 0);
	CHECK_EQ(waitpid(pid, &status, WUNTRACED | WCONTINUED), pid);
	CHECK_EQ(status, 0xffff);
	/* And one that went on has not continued any more when it is stopped again. */
	CHECK_EQ(kill(pid, SIGSTOP), 0);
	give_way();
	CHECK_EQ(kill(pid, SIGCONT), 0);
	CHECK_EQ(kill(pid, SIGSTOP), 0);
	give_way();
	CHECK_EQ(waitpid(pid, &status, WUNTRACED | WCONTINUED), pid);
	CHECK_EQ(status, SIGSTOP << 8 | 0x7f);
	CHECK_EQ(waitpid(pid, &status, WCONTINUED | WNOHANG), 0);
	/* SIGKILL ends a stopped process. */
	CHECK_EQ(kill(pid, SIGKILL), 0);
	expect_status(pid, 0, SIGKILL);
}

/* Killed while it is stopped, asleep or not, before or after somebody heard of the stop. */
static void
test_killing_stopped(void)
{
	for (int heard = 0; heard < 2; heard++) {
		for (int asleep = 0; asleep < 2; asleep++) {
			pid_t pid = asleep ? child_sleeps() : fork();

			if (pid == 0)
				for (;;)
					syscall(SYS_sched_yield);
			give_way();
			CHECK_EQ(kill(pid, SIGSTOP), 0);
			give_way();
			if (heard)
				expect_status(pid, WUNTRACED, SIGSTOP << 8 | 0x7f);
			/* Other signals wait until it goes on. */
			CHECK_EQ(kill(pid, SIGTERM), 0);
			give_way();
			CHECK_EQ(waitpid(pid, NULL, WNOHANG), 0);
			CHECK_EQ(kill(pid, SIGKILL), 0);
			expect_status(pid, 0, SIGKILL);
			expect_nobody();
		}
	}
	pid_t pid = child_sleeps();
	CHECK_EQ(kill(pid, SIGSTOP), 0);
	expect_status(pid, WUNTRACED, SIGSTOP << 8 | 0x7f);
	CHECK_EQ(kill(pid, SIGTERM), 0);
	CHECK_EQ(kill(pid, SIGCONT), 0);
	expect_status(pid, 0, SIGTERM);
}

int
main(void)
{
	test_exit_codes();
	test_signals();
	test_stops();
	test_killing_stopped();
	expect_nobody();
	return 0;
}
