/*
 * What the tests of terminals share: a pseudo-terminal whose master the test types at and reads.
 */
#ifndef TTY_H
#define TTY_H

#include <sys/ioctl.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <util.h>

#include "check.h"

static int master, slave;

/* A pair with its settings as they are at first. */
static void
open_pair(void)
{
	CHECK_EQ(openpty(&master, &slave, NULL, NULL, NULL), 0);
}

static void
close_pair(void)
{
	close(slave);
	close(master);
}

static struct termios
settings(void)
{
	struct termios t;

	CHECK_EQ(tcgetattr(slave, &t), 0);
	return t;
}

static void
set(struct termios t)
{
	CHECK_EQ(tcsetattr(slave, TCSANOW, &t), 0);
}

static void
set_local(tcflag_t on, tcflag_t off)
{
	struct termios t = settings();

	t.c_lflag = (t.c_lflag & ~off) | on;
	set(t);
}

/* Types a string; it may contain NULs, hence the macro. */
#define TYPE(text)	CHECK_EQ(write(master, text, sizeof(text) - 1), (int)sizeof(text) - 1)

static bool
readable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	CHECK(poll(&p, 1, 0) >= 0);
	return (p.revents & POLLIN) != 0;
}

/* All that a descriptor has to read now, as a string. */
static const char *
drain(int fd)
{
	static char buffer[8192];
	size_t have = 0;
	ssize_t n;

	while (have < sizeof(buffer) - 1 && readable(fd)) {
		n = read(fd, buffer + have, sizeof(buffer) - 1 - have);
		CHECK(n >= 0);
		if (n == 0)
			break;
		have += n;
	}
	buffer[have] = '\0';
	return buffer;
}

/* What the terminal shows since the last time. */
#define CHECK_SCREEN(text)	CHECK_STR(drain(master), text)

/* The next read delivers exactly this. */
#define CHECK_READ(text) do {							\
	char read_[2048];							\
	ssize_t n_ = read(slave, read_, sizeof(read_) - 1);			\
	CHECK_EQ(n_, (int)sizeof(text) - 1);					\
	read_[n_] = '\0';							\
	CHECK(memcmp(read_, text, n_) == 0);					\
} while (0)

static inline void
wait_ms(int ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000L };

	nanosleep(&t, NULL);
}

/* The status of a child that must have ended. */
static inline int
reap(pid_t pid)
{
	int status;

	CHECK_EQ(waitpid(pid, &status, 0), pid);
	return status;
}

#define CHECK_EXITED(pid) do {							\
	int status_ = reap(pid);						\
	CHECK(WIFEXITED(status_));						\
	CHECK_EQ(WEXITSTATUS(status_), 0);					\
} while (0)

#endif
