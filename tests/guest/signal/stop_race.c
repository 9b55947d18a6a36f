/*
 * A process that was just woken, and is stopped before it runs and finds that it woke for nothing: it stops, goes
 * on, and its call goes on waiting as if nothing had happened.
 */
#include <sys/select.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>

#include "child.h"

static int fds[2];

static void
with_select(void)
{
	struct timeval tv = { 1, 0 };
	fd_set set;

	FD_ZERO(&set);
	FD_SET(fds[0], &set);
	CHECK_EQ(select(fds[0] + 1, &set, NULL, NULL, &tv), 1);
}

static void
with_poll(void)
{
	struct pollfd pfd = { .fd = fds[0], .events = POLLIN };

	CHECK_EQ(poll(&pfd, 1, 1000), 1);
}

static void
with_read(void)
{
	char c;

	CHECK_EQ(read(fds[0], &c, 1), 1);
	CHECK_EQ(c, 'y');
	CHECK_EQ(write(fds[1], "y", 1), 1);
}

int
main(void)
{
	static void (*const waits[])(void) = { with_select, with_poll, with_read };

	CHECK_EQ(pipe(fds), 0);
	for (int i = 0; i < 3; i++) {
		char c;
		int status;
		pid_t pid = fork();

		if (pid == 0) {
			waits[i]();
			_exit(0);
		}
		sleep_ms(5);
		CHECK_EQ(write(fds[1], "x", 1), 1);	/* wakes it */
		CHECK_EQ(kill(pid, SIGSTOP), 0);
		CHECK_EQ(read(fds[0], &c, 1), 1);	/* for nothing */
		CHECK_EQ(waitpid(pid, &status, WUNTRACED), pid);
		CHECK_EQ(status, SIGSTOP << 8 | 0x7f);
		sleep_ms(5);
		CHECK_EQ(kill(pid, SIGCONT), 0);
		sleep_ms(5);
		CHECK_EQ(waitpid(pid, &status, WNOHANG), 0);
		CHECK_EQ(write(fds[1], "y", 1), 1);
		CHECK_EQ(waitpid(pid, &status, 0), pid);
		CHECK_EQ(status, 0);
		CHECK_EQ(read(fds[0], &c, 1), 1);
	}
	return 0;
}
