/*
 * What a caught signal does to a call that waits: with SA_RESTART it goes on, without it ends with EINTR; some
 * calls always end. The signal comes from an interval timer 10 ms into the wait.
 */
#include <sys/select.h>
#include <sys/time.h>
#include <sys/stat.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>

#include "child.h"

static volatile int caught;

static void
handler(int signo)
{
	(void)signo;
	caught++;
}

static void
arm(int flags)
{
	struct sigaction sa = { .sa_handler = handler, .sa_flags = flags };
	struct itimerval it = { { 0, 0 }, { 0, 10000 } };

	caught = 0;
	CHECK_EQ(sigaction(SIGALRM, &sa, NULL), 0);
	CHECK_EQ(setitimer(ITIMER_REAL, &it, NULL), 0);
}

/* A child that writes a byte after 50 ms. */
static pid_t
later(int fd)
{
	pid_t pid = fork();

	CHECK(pid != -1);
	if (pid == 0) {
		sleep_ms(50);
		_exit(write(fd, "x", 1) != 1);
	}
	return pid;
}

static void
reap(pid_t pid)
{
	int status;
	pid_t got;

	do
		got = waitpid(pid, &status, 0);
	while (got == -1 && errno == EINTR);
	CHECK_EQ(got, pid);
	CHECK_EQ(status, 0);
}

static char big[200000];

int
main(void)
{
	struct timespec ts, left;
	struct timeval tv;
	int fds[2], status;
	char c;
	pid_t pid;
	fd_set set;

	CHECK_EQ(pipe(fds), 0);

	/* read */
	pid = later(fds[1]);
	arm(SA_RESTART);
	CHECK_EQ(read(fds[0], &c, 1), 1);
	CHECK_EQ(caught, 1);
	reap(pid);
	arm(0);
	CHECK_ERRNO(read(fds[0], &c, 1), EINTR);
	CHECK_EQ(caught, 1);

	/* wait */
	for (int flags = 0; flags <= SA_RESTART; flags += SA_RESTART) {
		pid = fork();
		if (pid == 0) {
			sleep_ms(50);
			_exit(7);
		}
		arm(flags);
		if (flags == 0) {
			CHECK_ERRNO(waitpid(pid, &status, 0), EINTR);
			CHECK_EQ(caught, 1);
		}
		CHECK_EQ(waitpid(pid, &status, 0), pid);
		CHECK_EQ(caught, 1);
		CHECK_EQ(status, 7 << 8);
	}

	/* nanosleep ends, whatever the flags, and says what is left. */
	for (int flags = 0; flags <= SA_RESTART; flags += SA_RESTART) {
		ts = (struct timespec){ 5, 0 };
		arm(flags);
		CHECK_ERRNO(nanosleep(&ts, &left), EINTR);
		CHECK_EQ(caught, 1);
		CHECK(left.tv_sec == 4 && left.tv_nsec > 900000000 && left.tv_nsec < 1000000000);
		arm(flags);
		CHECK_EQ(clock_nanosleep(CLOCK_MONOTONIC, 0, &ts, &left), EINTR);
		CHECK_EQ(caught, 1);
		CHECK_EQ(left.tv_sec, 4);
	}

	/* select, poll and their kin end as well. */
	for (int flags = 0; flags <= SA_RESTART; flags += SA_RESTART) {
		struct pollfd pfd = { .fd = fds[0], .events = POLLIN };

		FD_ZERO(&set);
		FD_SET(fds[0], &set);
		tv = (struct timeval){ 5, 0 };
		arm(flags);
		CHECK_ERRNO(select(fds[0] + 1, &set, NULL, NULL, &tv), EINTR);
		FD_SET(fds[0], &set);
		arm(flags);
		CHECK_ERRNO(select(fds[0] + 1, &set, NULL, NULL, NULL), EINTR);
		FD_SET(fds[0], &set);
		arm(flags);
		CHECK_ERRNO(pselect(fds[0] + 1, &set, NULL, NULL, NULL, NULL), EINTR);
		arm(flags);
		CHECK_ERRNO(poll(&pfd, 1, 5000), EINTR);
		arm(flags);
		CHECK_ERRNO(poll(&pfd, 1, -1), EINTR);
		CHECK_EQ(caught, 1);
	}

	/* pause and sigsuspend end, even with SA_RESTART. */
	sigset_t none;
	sigemptyset(&none);
	arm(SA_RESTART);
	CHECK_ERRNO(sigsuspend(&none), EINTR);
	arm(SA_RESTART);
	CHECK_ERRNO(pause(), EINTR);

	/* A write that has begun says how far it got; one that has not is restarted. */
	arm(0);
	int wrote = write(fds[1], big, sizeof(big));
	CHECK(wrote > 0 && wrote < (int)sizeof(big));
	CHECK_EQ(caught, 1);
	arm(0);
	CHECK_ERRNO(write(fds[1], big, sizeof(big)), EINTR);
	close(fds[1]);
	close(fds[0]);
	CHECK_EQ(pipe(fds), 0);
	int flags = fcntl(fds[1], F_GETFL);
	fcntl(fds[1], F_SETFL, flags | O_NONBLOCK);
	while (write(fds[1], big, 4096) > 0)
		;
	fcntl(fds[1], F_SETFL, flags);
	pid = fork();
	if (pid == 0) {
		close(fds[1]);
		sleep_ms(50);
		while (read(fds[0], big, sizeof(big)) > 0)
			;
		_exit(0);
	}
	close(fds[0]);
	arm(SA_RESTART);
	CHECK_EQ(write(fds[1], big, 4096), 4096);
	CHECK_EQ(caught, 1);
	close(fds[1]);
	reap(pid);

	/* A lock. */
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int fd = open("/tmp/restart.lock", O_RDWR | O_CREAT, 0600);
	CHECK(fd >= 0);
	int ready[2];
	CHECK_EQ(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		CHECK_EQ(fcntl(fd, F_SETLK, &lock), 0);
		CHECK_EQ(write(ready[1], "x", 1), 1);
		sleep_ms(100);
		_exit(0);
	}
	CHECK_EQ(read(ready[0], &c, 1), 1);
	arm(0);
	CHECK_ERRNO(fcntl(fd, F_SETLKW, &lock), EINTR);
	arm(SA_RESTART);
	CHECK_EQ(fcntl(fd, F_SETLKW, &lock), 0);
	CHECK_EQ(caught, 1);
	reap(pid);

	/* Opening a FIFO waits for the other side. */
	CHECK_EQ(mkfifo("/tmp/restart.fifo", 0600), 0);
	arm(0);
	CHECK_ERRNO(open("/tmp/restart.fifo", O_RDONLY), EINTR);

	/* A signal that is ignored disturbs nothing. */
	signal(SIGUSR1, SIG_IGN);
	pid = fork();
	if (pid == 0) {
		for (int i = 0; i < 5; i++) {
			kill(getppid(), SIGUSR1);
			kill(getppid(), SIGWINCH);
			kill(getppid(), SIGCONT);
			sleep_ms(2);
		}
		_exit(0);
	}
	ts = (struct timespec){ 0, 30000000 };
	CHECK_EQ(nanosleep(&ts, NULL), 0);
	reap(pid);
	return 0;
}
