/* Signals from the keyboard, and who gets them. */
#include "tty.h"

static volatile sig_atomic_t got[NSIG];

static void
note(int signo)
{
	got[signo]++;
}

/* A child in a session of its own, with the slave as its terminal. It tells through a pipe that it is ready. */
static pid_t
session(void (*work)(void))
{
	int fds[2];
	char c;
	pid_t pid;

	CHECK_EQ(pipe(fds), 0);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		close(fds[0]);
		CHECK(setsid() == getpid());
		CHECK_EQ(ioctl(slave, TIOCSCTTY, NULL), 0);
		CHECK_EQ(tcgetpgrp(slave), getpid());
		CHECK_EQ(tcgetsid(slave), getpid());
		close(master);
		CHECK_EQ(write(fds[1], "r", 1), 1);
		close(fds[1]);
		work();
		_exit(0);
	}
	close(fds[1]);
	CHECK_EQ(read(fds[0], &c, 1), 1);
	close(fds[0]);
	return pid;
}

static void
sleep_for_ever(void)
{
	for (;;)
		pause();
}

static void
check_killed(const char *key, int signo)
{
	pid_t pid;
	int status;

	open_pair();
	pid = session(sleep_for_ever);
	CHECK_EQ(write(master, key, 1), 1);
	status = reap(pid);
	CHECK(WIFSIGNALED(status));
	CHECK_EQ(WTERMSIG(status), signo);
	close_pair();
}

static void
catch_all(void)
{
	static const int signals[] = { SIGINT, SIGQUIT, SIGINFO, SIGWINCH, SIGHUP };
	struct winsize size = { .ws_row = 10, .ws_col = 20 }, seen;
	sigset_t block, empty;
	char buffer[16];
	size_t i;

	sigfillset(&block);
	sigprocmask(SIG_SETMASK, &block, NULL);
	sigemptyset(&empty);
	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		signal(signals[i], note);
	CHECK_EQ(write(slave, "1", 1), 1);	/* ^C */
	while (!got[SIGINT])
		sigsuspend(&empty);
	CHECK_EQ(ioctl(slave, TIOCSWINSZ, &size), 0);
	CHECK_EQ(ioctl(slave, TIOCSWINSZ, &size), 0);	/* no change, no signal */
	while (!got[SIGWINCH])
		sigsuspend(&empty);
	CHECK_EQ(got[SIGWINCH], 1);
	CHECK_EQ(ioctl(slave, TIOCGWINSZ, &seen), 0);
	CHECK(memcmp(&size, &seen, sizeof(size)) == 0);
	CHECK_EQ(write(slave, "2", 1), 1);	/* the master sets the size */
	while (got[SIGWINCH] < 2)
		sigsuspend(&empty);
	CHECK_EQ(write(slave, "3", 1), 1);	/* ^T */
	while (!got[SIGINFO])
		sigsuspend(&empty);
	CHECK_EQ(write(slave, "4", 1), 1);	/* the master is closed */
	while (!got[SIGHUP])
		sigsuspend(&empty);
	CHECK_EQ(read(slave, buffer, sizeof(buffer)), 0);
	CHECK_ERRNO(write(slave, "x", 1), EIO);
}

static void
read_until(char c)
{
	char seen;

	do
		CHECK_EQ(read(master, &seen, 1), 1);
	while (seen != c);
}

static void
test_caught(void)
{
	struct winsize size = { .ws_row = 11, .ws_col = 22 };
	pid_t pid;

	open_pair();
	pid = session(catch_all);
	close(slave);
	read_until('1');
	TYPE("\003");
	read_until('2');
	CHECK_EQ(ioctl(master, TIOCSWINSZ, &size), 0);
	read_until('3');
	TYPE("\024");
	read_until('4');
	close(master);
	CHECK_EXITED(pid);
}

/* What was typed before ^C is gone, unless NOFLSH is set. */
static void
test_flush(void)
{
	open_pair();
	TYPE("lost\nalso\003");
	CHECK(!readable(slave));
	CHECK_SCREEN("^C");
	TYPE("fine\n");
	CHECK_READ("fine\n");
	set_local(NOFLSH, 0);
	TYPE("kept\n\003");
	CHECK_READ("kept\n");
	set_local(0, ISIG);
	TYPE("\003\n");
	CHECK_READ("\003\n");
	close_pair();
}

/* Without a handler ^C ends a read; one with SA_RESTART lets it go on. */
static void
interrupted_reader(void)
{
	struct sigaction sa = { .sa_handler = note };
	char buffer[16];

	CHECK_EQ(sigaction(SIGINT, &sa, NULL), 0);
	CHECK_EQ(write(slave, "1", 1), 1);
	CHECK_ERRNO(read(slave, buffer, sizeof(buffer)), EINTR);
	sa.sa_flags = SA_RESTART;
	CHECK_EQ(sigaction(SIGINT, &sa, NULL), 0);
	CHECK_EQ(write(slave, "2", 1), 1);
	CHECK_EQ(read(slave, buffer, sizeof(buffer)), 5);
	CHECK_EQ(got[SIGINT], 2);
}

static void
test_interrupted_read(void)
{
	pid_t pid;

	open_pair();
	pid = session(interrupted_reader);
	read_until('1');
	wait_ms(20);
	TYPE("\003");
	read_until('2');
	wait_ms(20);
	TYPE("\003");
	wait_ms(20);
	TYPE("line\n");
	CHECK_EXITED(pid);
	close_pair();
}

int
main(void)
{
	check_killed("\003", SIGINT);
	check_killed("\034", SIGQUIT);
	test_caught();
	test_flush();
	test_interrupted_read();
	return 0;
}
