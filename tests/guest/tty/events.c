/* Who is told that a terminal can be read or written: select, poll, kevent, SIGIO. */
#include <sys/event.h>
#include <sys/select.h>

#include "tty.h"

static volatile sig_atomic_t sigios;

static void
on_io(int signo)
{
	(void)signo;
	sigios++;
}

static pid_t
later(void (*act)(void))
{
	pid_t pid = fork();

	CHECK(pid >= 0);
	if (pid == 0) {
		wait_ms(30);
		act();
		_exit(0);
	}
	return pid;
}

static void
type_line(void)
{
	TYPE("line\n");
}

static void
print(void)
{
	CHECK_EQ(write(slave, "text", 4), 4);
}

static void
test_select(void)
{
	struct timeval limit = { 5, 0 }, none = { 0, 0 };
	fd_set set;
	pid_t pid;

	open_pair();
	FD_ZERO(&set);
	FD_SET(slave, &set);
	CHECK_EQ(select(slave + 1, &set, NULL, NULL, &none), 0);
	pid = later(type_line);
	FD_SET(slave, &set);
	CHECK_EQ(select(slave + 1, &set, NULL, NULL, &limit), 1);
	CHECK_EXITED(pid);
	CHECK_READ("line\n");
	drain(master);
	pid = later(print);
	FD_ZERO(&set);
	FD_SET(master, &set);
	CHECK_EQ(select(master + 1, &set, NULL, NULL, &limit), 1);
	CHECK_EXITED(pid);
	FD_ZERO(&set);
	FD_SET(master, &set);
	FD_SET(slave, &set);
	CHECK_EQ(select((master > slave ? master : slave) + 1, NULL, &set, NULL, &none), 2);
	/* An incomplete line is nothing to read; in raw mode it is. */
	TYPE("part");
	CHECK(!readable(slave));
	set_local(0, ICANON);
	CHECK(readable(slave));
	close_pair();
}

static void
test_kevent(void)
{
	struct kevent changes[2], events[2];
	struct timespec none = { 0, 0 };
	int kq = kqueue();
	pid_t pid;

	open_pair();
	EV_SET(&changes[0], slave, EVFILT_READ, EV_ADD, 0, 0, NULL);
	EV_SET(&changes[1], master, EVFILT_READ, EV_ADD, 0, 0, NULL);
	CHECK_EQ(kevent(kq, changes, 2, events, 2, &none), 0);
	pid = later(print);
	CHECK_EQ(kevent(kq, NULL, 0, events, 2, NULL), 1);
	CHECK_EQ(events[0].ident, master);
	CHECK_EQ(events[0].data, 4);
	CHECK_EXITED(pid);
	drain(master);
	pid = later(type_line);
	CHECK_EQ(kevent(kq, NULL, 0, events, 1, NULL), 1);
	CHECK_EXITED(pid);
	drain(master);
	CHECK_EQ(kevent(kq, NULL, 0, events, 2, &none), 1);
	CHECK_EQ(events[0].ident, slave);
	CHECK_EQ(events[0].data, 5);
	close(slave);
	CHECK_EQ(kevent(kq, NULL, 0, events, 2, &none), 1);
	CHECK_EQ(events[0].ident, master);
	CHECK(events[0].flags & EV_EOF);
	close(master);
	close(kq);
}

static void
test_sigio(void)
{
	open_pair();
	signal(SIGIO, on_io);
	CHECK_EQ(fcntl(slave, F_SETOWN, getpid()), 0);
	CHECK_EQ(fcntl(slave, F_SETFL, O_ASYNC), 0);
	CHECK_EQ(sigios, 0);
	TYPE("line\n");
	CHECK(sigios > 0);
	close_pair();
	open_pair();
	CHECK_EQ(fcntl(slave, F_SETFL, O_ASYNC), 0);
	CHECK_EQ(revoke(ttyname(slave)), 0);	/* and nobody is told any more */
	close_pair();
}

int
main(void)
{
	test_select();
	test_kevent();
	test_sigio();
	return 0;
}
