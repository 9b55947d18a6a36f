/* The end of a session and of a line: SIGHUP, revocation, end of file on either side. */
#include "tty.h"

static volatile sig_atomic_t hups;

static void
on_hup(int signo)
{
	(void)signo;
	hups++;
}

static void
become_leader(void)
{
	CHECK(setsid() == getpid());
	CHECK_EQ(ioctl(slave, TIOCSCTTY, NULL), 0);
}

/* When the leader exits, the foreground processes get SIGHUP, and nobody has the terminal open any more. */
static void
test_leader_exits(void)
{
	int fds[2];
	char buffer[8];
	pid_t pid;

	open_pair();
	CHECK_EQ(pipe(fds), 0);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		close(fds[0]);
		become_leader();
		if (fork() == 0) {
			sigset_t block, empty;

			sigemptyset(&empty);
			sigfillset(&block);
			sigprocmask(SIG_SETMASK, &block, NULL);
			signal(SIGHUP, on_hup);
			CHECK_EQ(write(fds[1], "1", 1), 1);
			while (hups == 0)
				sigsuspend(&empty);
			CHECK_EQ(read(slave, buffer, sizeof(buffer)), 0);
			CHECK_ERRNO(write(slave, "x", 1), EIO);
			CHECK_ERRNO(tcgetpgrp(slave), EBADF);
			CHECK_ERRNO(open("/dev/tty", O_RDWR), ENXIO);
			CHECK_EQ(write(fds[1], "2", 1), 1);
			_exit(0);
		}
		wait_ms(20);
		CHECK_EQ(write(slave, "last words", 10), 10);
		_exit(0);
	}
	close(fds[1]);
	close(slave);
	CHECK_EQ(read(fds[0], buffer, 1), 1);
	CHECK_EXITED(pid);
	CHECK_EQ(read(fds[0], buffer, 1), 1);	/* the grandchild is content */
	CHECK_EQ(buffer[0], '2');
	CHECK_EQ(read(master, buffer, 5), 5);
	CHECK_EQ(read(master, buffer, 5), 5);
	CHECK_EQ(read(master, buffer, 5), 0);
	close(fds[0]);
	close(master);
}

/* A sleeper in read finds out, too. */
static void
test_reader_is_revoked(void)
{
	char buffer[8];
	pid_t reader, pid;

	open_pair();
	reader = fork();
	if (reader == 0)
		_exit(read(slave, buffer, sizeof(buffer)) == 0 ? 0 : 1);
	pid = fork();
	if (pid == 0) {
		become_leader();
		wait_ms(20);
		_exit(0);
	}
	CHECK_EXITED(pid);
	CHECK_EXITED(reader);
	CHECK_EQ(read(slave, buffer, sizeof(buffer)), 0);
	CHECK_ERRNO(ioctl(slave, TIOCGWINSZ, buffer), EBADF);
	close_pair();
}

static void
test_revoke(void)
{
	char buffer[8];
	char *name;

	open_pair();
	name = ttyname(slave);
	CHECK(name != NULL);
	CHECK_EQ(revoke(name), 0);
	CHECK_EQ(read(slave, buffer, sizeof(buffer)), 0);
	CHECK_EQ(read(master, buffer, sizeof(buffer)), 0);
	close(slave);
	slave = open(name, O_RDWR);	/* opened anew, it is as good as before */
	CHECK(slave >= 0);
	TYPE("on\n");
	CHECK_READ("on\n");
	CHECK_ERRNO(revoke("/dev/null"), EINVAL);
	CHECK_ERRNO(revoke("/no/such"), ENOENT);
	close_pair();
}

/* The master goes: SIGHUP to the session's leader alone. */
static void
test_line_is_cut(void)
{
	struct pollfd p;
	char buffer[8];
	pid_t pid, child;

	open_pair();
	pid = fork();
	if (pid == 0) {
		become_leader();
		signal(SIGHUP, on_hup);
		close(master);
		child = fork();
		if (child == 0) {
			wait_ms(50);
			_exit(hups);
		}
		CHECK_EQ(read(slave, buffer, sizeof(buffer)), 0);	/* restarted by SA_RESTART, then the end */
		CHECK_EQ(hups, 1);
		p = (struct pollfd){ .fd = slave, .events = POLLIN };
		CHECK_EQ(poll(&p, 1, 0), 1);
		CHECK(p.revents & POLLHUP);
		CHECK_ERRNO(write(slave, "x", 1), EIO);
		CHECK_EXITED(child);
		_exit(0);
	}
	close(slave);
	wait_ms(20);
	close(master);
	CHECK_EXITED(pid);
}

/* The slave is closed: the master reads what is left, and the end; opened again, the line works again. */
static void
test_slave_is_closed(void)
{
	struct pollfd p;
	char name[64], buffer[8];

	CHECK_EQ(openpty(&master, &slave, name, NULL, NULL), 0);
	CHECK_EQ(write(slave, "bye", 3), 3);
	close(slave);
	p = (struct pollfd){ .fd = master, .events = POLLIN };
	CHECK_EQ(poll(&p, 1, 0), 1);
	CHECK_EQ(p.revents, POLLIN | POLLHUP);
	CHECK_EQ(read(master, buffer, sizeof(buffer)), 3);
	CHECK_EQ(read(master, buffer, sizeof(buffer)), 0);
	CHECK_ERRNO(write(master, "x", 1), EIO);
	slave = open(name, O_RDWR);
	CHECK(slave >= 0);
	TYPE("again\n");
	CHECK_READ("again\n");
	close(master);
	CHECK_ERRNO(open(name, O_RDWR), ENOENT);
	close(slave);
}

int
main(void)
{
	test_leader_exits();
	test_reader_is_revoked();
	test_revoke();
	test_line_is_cut();
	test_slave_is_closed();
	return 0;
}
