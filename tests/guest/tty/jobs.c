/* Job control: who may read, write and change a terminal, and what happens to those who may not. */
#include "tty.h"

static int report;	/* a pipe through which children tell how far they are */

static void
expect_stop(pid_t pid, int signo)
{
	int status;

	CHECK_EQ(waitpid(pid, &status, WUNTRACED), pid);
	CHECK(WIFSTOPPED(status));
	CHECK_EQ(WSTOPSIG(status), signo);
}

/* A child in a process group of its own, in the background. */
static pid_t
background(int (*work)(void))
{
	pid_t pid = fork();

	CHECK(pid >= 0);
	if (pid == 0) {
		CHECK_EQ(setpgid(0, 0), 0);
		_exit(work());
	}
	CHECK_EQ(setpgid(pid, pid), 0);
	return pid;
}

static int
reads_line(void)
{
	char buffer[16];

	return read(slave, buffer, sizeof(buffer)) == 5 && memcmp(buffer, "line\n", 5) == 0 ? 0 : 1;
}

static int
read_gives_eio(void)
{
	char c;

	signal(SIGTTIN, SIG_IGN);
	return read(slave, &c, 1) == -1 && errno == EIO ? 0 : 1;
}

static int
blocked_read_gives_eio(void)
{
	sigset_t set;
	char c;

	sigemptyset(&set);
	sigaddset(&set, SIGTTIN);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return read(slave, &c, 1) == -1 && errno == EIO ? 0 : 1;
}

static int
vfork_child_read_gives_eio(void)
{
	volatile int seen = 0;
	char c;
	pid_t pid = vfork();

	if (pid == 0) {
		if (read(slave, &c, 1) == -1)
			seen = errno;
		_exit(0);
	}
	(void)waitpid(pid, NULL, 0);
	return seen == EIO ? 0 : 1;
}

static int
writes(void)
{
	return write(slave, "bg", 2) == 2 ? 0 : 1;
}

static int
changes_settings(void)
{
	struct termios t;

	return tcgetattr(slave, &t) == 0 && tcsetattr(slave, TCSANOW, &t) == 0 ? 0 : 1;
}

static int
vfork_child_changes_settings(void)
{
	struct termios t;
	pid_t pid;
	int status;

	if (tcgetattr(slave, &t) == -1)
		return 1;
	pid = vfork();
	if (pid == 0)
		_exit(tcsetattr(slave, TCSANOW, &t) == 0 ? 0 : 1);
	(void)waitpid(pid, &status, 0);
	return status;
}

static int
takes_foreground(void)
{
	return tcsetpgrp(slave, getpgrp()) == 0 && tcgetpgrp(slave) == getpgrp() ? 0 : 1;
}

static int
sleeps(void)
{
	for (;;)
		pause();
}

static void
test_background(void)
{
	pid_t pid;

	/* SIGTTIN; brought to the foreground, the same read goes on. */
	pid = background(reads_line);
	expect_stop(pid, SIGTTIN);
	CHECK_EQ(tcsetpgrp(slave, pid), 0);
	CHECK_EQ(kill(-pid, SIGCONT), 0);
	CHECK_EQ(write(report, "l", 1), 1);	/* the master types a line now */
	CHECK_EXITED(pid);
	/* This process is in the background itself now, and may say so: SIGTTOU is not for TIOCSPGRP. */
	CHECK_EQ(tcsetpgrp(slave, getpgrp()), 0);

	CHECK_EXITED(background(read_gives_eio));
	CHECK_EXITED(background(blocked_read_gives_eio));
	CHECK_EXITED(background(vfork_child_read_gives_eio));
	CHECK_EXITED(background(writes));
	set_local(TOSTOP, 0);
	pid = background(writes);
	expect_stop(pid, SIGTTOU);
	set_local(0, TOSTOP);
	CHECK_EQ(kill(-pid, SIGCONT), 0);
	CHECK_EXITED(pid);

	pid = background(changes_settings);
	expect_stop(pid, SIGTTOU);
	CHECK_EQ(tcsetpgrp(slave, pid), 0);
	CHECK_EQ(kill(-pid, SIGCONT), 0);
	CHECK_EXITED(pid);
	CHECK_EQ(tcsetpgrp(slave, getpgrp()), 0);
	CHECK_EXITED(background(vfork_child_changes_settings));
	CHECK_EXITED(background(takes_foreground));
	CHECK_EQ(tcsetpgrp(slave, getpgrp()), 0);
}

/* ^Z stops the foreground job, and no other. */
static void
test_stop_key(void)
{
	pid_t front = background(sleeps), back = background(sleeps);
	int status;

	CHECK_EQ(tcsetpgrp(slave, front), 0);
	CHECK_EQ(write(report, "z", 1), 1);
	expect_stop(front, SIGTSTP);
	CHECK_EQ(waitpid(back, &status, WNOHANG | WUNTRACED), 0);
	CHECK_EQ(tcsetpgrp(slave, getpgrp()), 0);
	kill(front, SIGKILL);
	kill(back, SIGKILL);
	reap(front);
	reap(back);
}

/* The same key with an effect only when it is read: ^Y. */
static void
test_delayed_stop_key(void)
{
	pid_t pid;

	CHECK_EQ(write(report, "y", 1), 1);	/* types ^Y, then a line */
	pid = background(reads_line);
	expect_stop(pid, SIGTTIN);
	CHECK_EQ(tcsetpgrp(slave, pid), 0);
	CHECK_EQ(kill(-pid, SIGCONT), 0);
	expect_stop(pid, SIGTSTP);
	CHECK_EQ(kill(-pid, SIGCONT), 0);
	CHECK_EXITED(pid);
	CHECK_EQ(tcsetpgrp(slave, getpgrp()), 0);
}

/* In an orphaned process group nobody could be continued: reads and TOSTOP writes fail, changes are let through. */
static int
orphan_works(void)
{
	struct termios t;
	char c;

	wait_ms(20);	/* until the parent is gone */
	if (getppid() != 1 || read(slave, &c, 1) != -1 || errno != EIO)
		return 1;
	if (tcgetattr(slave, &t) == -1)
		return 2;
	t.c_lflag |= TOSTOP;
	if (tcsetattr(slave, TCSANOW, &t) == -1)
		return 3;
	if (write(slave, "x", 1) != -1 || errno != EIO)
		return 4;
	t.c_lflag &= ~TOSTOP;
	if (tcsetattr(slave, TCSANOW, &t) == -1)
		return 5;
	return 0;
}

static int
leaves_orphan(void)
{
	char result;

	if (fork() == 0) {
		result = '0' + orphan_works();
		(void)write(report, &result, 1);
		_exit(0);
	}
	return 0;
}

static void
test_orphan(void)
{
	CHECK_EXITED(background(leaves_orphan));
	wait_ms(50);
}

static void
test_errors(void)
{
	int fds[2], other_master, other_slave;
	pid_t pid;

	CHECK_EQ(pipe(fds), 0);
	CHECK_ERRNO(tcsetpgrp(fds[0], getpgrp()), ENOTTY);
	CHECK_ERRNO(tcsetpgrp(slave, 9999), EPERM);
	CHECK_ERRNO(tcsetpgrp(slave, -1), EINVAL);
	CHECK_ERRNO(tcsetpgrp(slave, getppid()), EPERM);	/* another session */
	CHECK_EQ(openpty(&other_master, &other_slave, NULL, NULL, NULL), 0);
	CHECK_ERRNO(tcgetpgrp(other_slave), ENOTTY);
	CHECK_ERRNO(tcgetsid(other_slave), ENOTTY);
	CHECK_ERRNO(ioctl(other_slave, TIOCSCTTY, NULL), EPERM);	/* it has one already */
	CHECK_EQ(ioctl(slave, TIOCSCTTY, NULL), 0);
	CHECK_ERRNO(ioctl(slave, TIOCNOTTY, NULL), EINVAL);
	pid = fork();
	if (pid == 0) {
		int fd = open("/dev/tty", O_RDWR);

		CHECK(fd >= 0);
		CHECK_EQ(tcgetpgrp(fd), getpgrp());
		CHECK_EQ(ioctl(fd, TIOCNOTTY, NULL), 0);
		CHECK_ERRNO(open("/dev/tty", O_RDWR), ENXIO);
		CHECK_ERRNO(tcgetpgrp(slave), ENOTTY);
		_exit(0);
	}
	CHECK_EXITED(pid);
	pid = fork();
	if (pid == 0) {
		CHECK(setsid() == getpid());
		CHECK_ERRNO(ioctl(slave, TIOCSCTTY, NULL), EPERM);	/* somebody else's */
		CHECK_ERRNO(open("/dev/tty", O_RDWR), ENXIO);
		/* Opening a terminal makes it nobody's. */
		CHECK(open(ttyname(other_slave), O_RDWR) >= 0);
		CHECK_ERRNO(open("/dev/tty", O_RDWR), ENXIO);
		CHECK_EQ(ioctl(other_slave, TIOCSCTTY, NULL), 0);
		CHECK(open("/dev/tty", O_RDWR) >= 0);
		_exit(0);
	}
	CHECK_EXITED(pid);
}

static void
leader(void)
{
	test_background();
	test_stop_key();
	test_delayed_stop_key();
	test_orphan();
	test_errors();
}

/* The master's side: types what the session asks for. */
int
main(void)
{
	int fds[2];
	char what;
	bool orphan_passed = false;
	pid_t pid;

	open_pair();
	CHECK_EQ(pipe(fds), 0);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		close(fds[0]);
		report = fds[1];
		CHECK(setsid() == getpid());
		CHECK_EQ(ioctl(slave, TIOCSCTTY, NULL), 0);
		leader();
		exit(0);
	}
	close(fds[1]);
	while (read(fds[0], &what, 1) == 1) {
		wait_ms(10);
		if (what == 'l')
			TYPE("line\n");
		else if (what == 'y')
			TYPE("\031line\n");
		else if (what == 'z')
			TYPE("\032");
		else {
			CHECK_EQ(what, '0');
			orphan_passed = true;
		}
	}
	CHECK_EXITED(pid);
	CHECK(orphan_passed);
	close_pair();
	return 0;
}
