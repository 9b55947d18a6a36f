/* poll, select and pselect: pipes, timeouts, signals. */
#include <sys/select.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

static volatile sig_atomic_t caught;

static void
on_signal(int signo)
{
	caught = signo;
}

static long long
now(void)
{
	struct timespec ts;

	CHECK_EQ(clock_gettime(CLOCK_MONOTONIC, &ts), 0);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

static void
polling(void)
{
	struct pollfd p[3];
	long long before;
	int fds[2], status;
	pid_t pid;
	char c;

	CHECK_EQ(pipe(fds), 0);
	p[0].fd = fds[0];
	p[0].events = POLLIN;
	p[1].fd = fds[1];
	p[1].events = POLLOUT;
	p[2].fd = 99;
	p[2].events = POLLIN;
	CHECK_EQ(poll(p, 3, -1), 2);
	CHECK_EQ(p[0].revents, 0);
	CHECK_EQ(p[1].revents, POLLOUT);
	CHECK_EQ(p[2].revents, POLLNVAL);
	before = now();
	CHECK_EQ(poll(p, 1, 250), 0);
	CHECK(now() - before >= 250);
	CHECK_EQ(poll(NULL, 0, 10), 0);

	CHECK((pid = fork()) >= 0);
	if (pid == 0) {
		struct timespec half = { 0, 500000000 };

		close(fds[0]);
		CHECK_EQ(nanosleep(&half, NULL), 0);
		CHECK_EQ(write(fds[1], "x", 1), 1);
		CHECK_EQ(nanosleep(&half, NULL), 0);
		_exit(0);
	}
	CHECK_EQ(close(fds[1]), 0);
	CHECK_EQ(poll(p, 1, -1), 1);
	CHECK_EQ(p[0].revents, POLLIN);
	CHECK_EQ(read(fds[0], &c, 1), 1);
	CHECK_EQ(poll(p, 1, -1), 1);
	CHECK_EQ(p[0].revents & POLLHUP, POLLHUP);
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 0);
	CHECK_EQ(close(fds[0]), 0);
}

static void
selecting(void)
{
	struct timeval tv;
	fd_set r, w;
	int a[2], b[2], max;

	CHECK_EQ(pipe(a), 0);
	CHECK_EQ(pipe(b), 0);
	max = b[1] + 1;
	CHECK_EQ(write(b[1], "x", 1), 1);
	FD_ZERO(&r);
	FD_ZERO(&w);
	FD_SET(a[0], &r);
	FD_SET(b[0], &r);
	FD_SET(a[1], &w);
	CHECK_EQ(select(max, &r, &w, NULL, NULL), 2);
	CHECK(!FD_ISSET(a[0], &r) && FD_ISSET(b[0], &r) && FD_ISSET(a[1], &w));
	FD_ZERO(&r);
	FD_SET(a[0], &r);
	tv.tv_sec = 0;
	tv.tv_usec = 1000;
	CHECK_EQ(select(max, &r, NULL, NULL, &tv), 0);
	CHECK(!FD_ISSET(a[0], &r));
	FD_SET(120, &r);
	CHECK_ERRNO(select(121, &r, NULL, NULL, &tv), EBADF);
	tv.tv_usec = 1000000;
	CHECK_ERRNO(select(0, NULL, NULL, NULL, &tv), EINVAL);
	CHECK_ERRNO(select(-1, NULL, NULL, NULL, NULL), EINVAL);
	close(a[0]);
	close(a[1]);
	close(b[0]);
	close(b[1]);
}

/* pselect lets a blocked signal in for its own time only. */
static void
masks(void)
{
	struct itimerval timer;
	struct sigaction sa;
	struct timespec ts;
	sigset_t blocked, old, none;

	memset(&sa, 0, sizeof sa);
	sa.sa_handler = on_signal;
	sa.sa_flags = SA_RESTART;
	CHECK_EQ(sigaction(SIGALRM, &sa, NULL), 0);
	CHECK_EQ(sigaction(SIGUSR1, &sa, NULL), 0);
	sigemptyset(&none);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGALRM);
	sigaddset(&blocked, SIGUSR1);
	CHECK_EQ(sigprocmask(SIG_BLOCK, &blocked, NULL), 0);

	CHECK_EQ(raise(SIGUSR1), 0);
	CHECK_EQ(caught, 0);
	CHECK_ERRNO(pselect(0, NULL, NULL, NULL, NULL, &none), EINTR);
	CHECK_EQ(caught, SIGUSR1);

	caught = 0;
	memset(&timer, 0, sizeof timer);
	timer.it_value.tv_usec = 20000;
	CHECK_EQ(setitimer(ITIMER_REAL, &timer, NULL), 0);
	CHECK_ERRNO(pollts(NULL, 0, NULL, &none), EINTR);
	CHECK_EQ(caught, SIGALRM);

	CHECK_EQ(sigprocmask(SIG_BLOCK, NULL, &old), 0);
	CHECK_EQ(sigismember(&old, SIGALRM), 1);
	CHECK_EQ(sigismember(&old, SIGUSR1), 1);

	/* Without a signal the old mask is back as well. */
	ts.tv_sec = 0;
	ts.tv_nsec = 1000;
	CHECK_EQ(pselect(0, NULL, NULL, NULL, &ts, &none), 0);
	caught = 0;
	CHECK_EQ(raise(SIGUSR1), 0);
	CHECK_EQ(caught, 0);
	CHECK_EQ(sigprocmask(SIG_SETMASK, &none, NULL), 0);
	CHECK_EQ(caught, SIGUSR1);
}

/* A signal handler with SA_RESTART restarts read, and not poll. */
static void
restarts(void)
{
	struct itimerval timer;
	struct sigaction sa;
	struct pollfd p;
	int fds[2], status;
	pid_t pid;
	char c;

	memset(&sa, 0, sizeof sa);
	sa.sa_handler = on_signal;
	sa.sa_flags = SA_RESTART;
	CHECK_EQ(sigaction(SIGALRM, &sa, NULL), 0);
	CHECK_EQ(pipe(fds), 0);
	CHECK((pid = fork()) >= 0);
	if (pid == 0) {
		struct timespec ts = { 0, 300000000 };

		CHECK_EQ(nanosleep(&ts, NULL), 0);
		CHECK_EQ(write(fds[1], "x", 1), 1);
		_exit(0);
	}
	caught = 0;
	memset(&timer, 0, sizeof timer);
	timer.it_value.tv_usec = 100000;
	CHECK_EQ(setitimer(ITIMER_REAL, &timer, NULL), 0);
	CHECK_EQ(read(fds[0], &c, 1), 1);
	CHECK_EQ(caught, SIGALRM);
	CHECK_EQ(waitpid(pid, &status, 0), pid);

	CHECK_EQ(setitimer(ITIMER_REAL, &timer, NULL), 0);
	p.fd = fds[0];
	p.events = POLLIN;
	CHECK_ERRNO(poll(&p, 1, -1), EINTR);

	sa.sa_flags = 0;
	CHECK_EQ(sigaction(SIGALRM, &sa, NULL), 0);
	CHECK_EQ(setitimer(ITIMER_REAL, &timer, NULL), 0);
	CHECK_ERRNO(read(fds[0], &c, 1), EINTR);
	close(fds[0]);
	close(fds[1]);
}

int
main(void)
{
	polling();
	selecting();
	masks();
	restarts();
	return 0;
}
