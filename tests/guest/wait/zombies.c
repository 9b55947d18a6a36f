/* Children that nobody waits for: orphans, and children of those who do not want to know (spec C.34). */
#include "../fork/baton.h"
#include "children.h"

/* init takes over an orphan, alive or dead, and reaps it when it is dead. */
static void
test_orphans(void)
{
	pid_t pid, dead = 0;
	int fds[2];
	struct { pid_t pid, parent; } report;

	CHECK_EQ(pipe(fds), 0);
	pid = fork();
	if (pid == 0) {
		dead = child_exits(9);
		until_zombie(dead);
		CHECK_EQ(write(fds[1], &dead, sizeof(dead)), sizeof(dead));
		if (fork() == 0) {
			UNTIL(getppid() == 1);
			report.pid = getpid();
			report.parent = getppid();
			write(fds[1], &report, sizeof(report));
			_exit(0);
		}
		_exit(0);
	}
	expect_status(pid, 0, 0);
	CHECK_EQ(read(fds[0], &dead, sizeof(dead)), sizeof(dead));
	CHECK_EQ(read(fds[0], &report, sizeof(report)), sizeof(report));
	CHECK_EQ(report.parent, 1);
	give_way();
	CHECK_ERRNO(kill(report.pid, 0), ESRCH);
	CHECK_ERRNO(kill(dead, 0), ESRCH);
	expect_nobody();
	close(fds[0]);
	close(fds[1]);
}

/* A whole tree whose root dies. */
static void
test_family(void)
{
	pid_t pid;
	int fds[2];
	char c;

	CHECK_EQ(pipe(fds), 0);
	pid = fork();
	if (pid == 0) {
		close(fds[0]);
		for (int i = 0; i < 10; i++) {
			if (fork() == 0) {
				if (i % 2 && fork() == 0)
					pause();
				give_way();
				if (i < 5)
					_exit(i);
				for (;;)
					pause();
			}
		}
		_exit(0);
	}
	close(fds[1]);
	expect_status(pid, 0, 0);
	/* The survivors keep the pipe open. They are in our process group. */
	CHECK(signal(SIGTERM, SIG_IGN) == SIG_DFL);
	give_way();
	CHECK_EQ(kill(0, SIGTERM), 0);
	CHECK_EQ(read(fds[0], &c, 1), 0);
	signal(SIGTERM, SIG_DFL);
	close(fds[0]);
	expect_nobody();
}

/* Without zombies, a wait lasts until the last child is gone, and then fails. */
static void
test_no_zombies(int ignore)
{
	struct sigaction action = { .sa_handler = ignore ? SIG_IGN : SIG_DFL, .sa_flags = ignore ? 0 : SA_NOCLDWAIT };
	pid_t pid, slow;
	int status = 0x1234;

	CHECK_EQ(sigaction(SIGCHLD, &action, NULL), 0);
	pid = child_exits(1);
	slow = fork();
	if (slow == 0) {
		give_way();
		give_way();
		_exit(2);
	}
	/* The first is gone without a trace while the second lives. */
	UNTIL(kill(pid, 0) != 0);
	CHECK_ERRNO(waitpid(pid, NULL, WNOHANG), ECHILD);
	CHECK_EQ(waitpid(-1, &status, WNOHANG), 0);
	CHECK_ERRNO(waitpid(-1, &status, 0), ECHILD);
	CHECK_EQ(status, 0x1234);
	give_way();		/* to init */
	CHECK_ERRNO(kill(slow, 0), ESRCH);
	/* Stops are still told. */
	pid = child_sleeps();
	CHECK_EQ(kill(pid, SIGSTOP), 0);
	expect_status(pid, WUNTRACED, SIGSTOP << 8 | 0x7f);
	CHECK_EQ(kill(pid, SIGKILL), 0);
	CHECK_ERRNO(waitpid(pid, NULL, 0), ECHILD);
	signal(SIGCHLD, SIG_DFL);
	/* And the other way round again. */
	expect_status(child_exits(3), 0, 3 << 8);
}

/* A zombie still has its pid, and can be sent signals to no effect. */
static void
test_zombie(void)
{
	pid_t pid = child_exits(0), other;

	until_zombie(pid);
	CHECK_EQ(kill(pid, 0), 0);
	CHECK_EQ(kill(pid, SIGKILL), 0);
	other = child_exits(0);
	CHECK(other != pid);
	expect_status(other, 0, 0);
	expect_status(pid, 0, 0);
	CHECK_ERRNO(kill(pid, 0), ESRCH);
	CHECK_ERRNO(getpgid(pid), ESRCH);
}

int
main(void)
{
	test_orphans();
	test_family();
	test_no_zombies(0);
	test_no_zombies(1);
	test_zombie();
	expect_nobody();
	return 0;
}
