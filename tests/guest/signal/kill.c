/* kill(2): to a process, a group, everybody; who may signal whom. */
#include <signal.h>
#include <sys/types.h>

#include "child.h"

static volatile int calls;

static void
handler(int signo)
{
	(void)signo;
	calls++;
}

/* A child that waits to be killed, in the group `group` (0: its own new one), as user `uid`. */
static pid_t
victim(pid_t group, uid_t uid)
{
	int ready[2];
	char c;
	pid_t pid;

	CHECK_EQ(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		signal(SIGUSR1, SIG_DFL);
		if (group >= 0)
			CHECK_EQ(setpgid(0, group), 0);
		if (uid != 0)
			CHECK_EQ(setuid(uid), 0);
		write(ready[1], "x", 1);
		for (;;)
			pause();
	}
	CHECK_EQ(read(ready[0], &c, 1), 1);
	close(ready[0]);
	close(ready[1]);
	return pid;
}

static void
check_dead(pid_t pid, int signo)
{
	int status;

	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, signo);
}

static void
check_alive(pid_t pid)
{
	int status;

	sleep_ms(1);
	CHECK_EQ(waitpid(pid, &status, WNOHANG), 0);
}

static pid_t rootling, mine, other;

/* What user 1 may do. */
static void
as_user(void)
{
	CHECK_EQ(setuid(1), 0);
	CHECK_EQ(kill(mine, 0), 0);
	CHECK_ERRNO(kill(rootling, 0), EPERM);
	CHECK_ERRNO(kill(rootling, SIGUSR1), EPERM);
	CHECK_ERRNO(kill(other, SIGUSR1), EPERM);
	CHECK_ERRNO(kill(-rootling, SIGUSR1), EPERM);
	CHECK_ERRNO(kill(1, SIGUSR1), EPERM);
	CHECK_EQ(kill(other, SIGCONT), 0);	/* the same session: any process may be continued */
	CHECK_EQ(kill(mine, SIGUSR1), 0);
	sleep_ms(1);
	CHECK_ERRNO(kill(12345, SIGUSR1), ESRCH);
	union sigval v = { 0 };
	CHECK_ERRNO(sigqueue(rootling, SIGUSR1, v), EPERM);
	/* Everybody: those who may be signalled are, the others do not matter. */
	signal(SIGTERM, SIG_IGN);
	CHECK_EQ(kill(-1, SIGTERM), 0);
}

/* Nobody to signal at all. */
static void
alone(void)
{
	CHECK_EQ(setuid(77), 0);
	CHECK_ERRNO(kill(-1, SIGTERM), EPERM);
}

/* In another session, not even SIGCONT. */
static void
elsewhere(void)
{
	CHECK(setsid() != -1);
	CHECK_EQ(setuid(1), 0);
	CHECK_ERRNO(kill(other, SIGCONT), EPERM);
	CHECK_EQ(kill(mine, SIGCONT), 0);
}

int
main(void)
{
	int status;
	pid_t a, b, c;

	CHECK_EQ(getuid(), 0);
	a = victim(-1, 0);
	CHECK_EQ(kill(a, 0), 0);
	check_alive(a);
	CHECK_EQ(kill(a, SIGUSR1), 0);
	check_dead(a, SIGUSR1);
	CHECK_ERRNO(kill(a, 0), ESRCH);
	CHECK_ERRNO(kill(-a, 0), ESRCH);
	CHECK_ERRNO(kill(0x7fffffff, SIGTERM), ESRCH);
	CHECK_ERRNO(kill(-0x7fffffff - 1, SIGTERM), ESRCH);

	/* A zombie can be signalled, to no effect. */
	a = fork();
	if (a == 0)
		_exit(5);
	sleep_ms(1);
	CHECK_EQ(kill(a, SIGKILL), 0);
	CHECK_EQ(waitpid(a, &status, 0), a);
	CHECK_EQ(status, 5 << 8);

	/* Groups. */
	a = victim(0, 0);
	b = victim(a, 0);
	c = victim(0, 0);
	CHECK_EQ(kill(-a, SIGUSR1), 0);
	check_dead(a, SIGUSR1);
	check_dead(b, SIGUSR1);
	check_alive(c);
	CHECK_EQ(killpg(c, SIGKILL), 0);
	check_dead(c, SIGKILL);

	/* One's own group, oneself included. */
	a = fork();
	if (a == 0) {
		setpgid(0, 0);
		b = victim(-1, 0);
		c = victim(0, 0);
		signal(SIGUSR1, handler);
		CHECK_EQ(kill(0, SIGUSR1), 0);
		CHECK_EQ(calls, 1);
		check_dead(b, SIGUSR1);
		check_alive(c);
		kill(c, SIGKILL);
		check_dead(c, SIGKILL);
		_exit(0);
	}
	check_dead(a, 0);

	/* Everybody but oneself and init. */
	signal(SIGUSR1, handler);
	a = fork();
	if (a == 0) {
		b = victim(-1, 0);
		c = victim(0, 3);
		CHECK_EQ(kill(-1, SIGUSR1), 0);
		CHECK_EQ(calls, 0);
		check_dead(b, SIGUSR1);
		check_dead(c, SIGUSR1);
		_exit(0);
	}
	check_dead(a, 0);
	CHECK_EQ(calls, 1);

	rootling = victim(0, 0);
	mine = victim(0, 1);
	other = victim(0, 2);
	c = victim(0, 1);
	CHECK_CHILD(as_user);
	check_dead(mine, SIGUSR1);
	check_dead(c, SIGTERM);
	check_alive(rootling);
	check_alive(other);
	mine = victim(0, 1);
	CHECK_CHILD(alone);
	CHECK_CHILD(elsewhere);
	kill(mine, SIGKILL);
	kill(rootling, SIGKILL);
	kill(other, SIGKILL);
	check_dead(mine, SIGKILL);
	check_dead(rootling, SIGKILL);
	check_dead(other, SIGKILL);
	return 0;
}
