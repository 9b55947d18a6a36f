/* Processes that share a descriptor table share its queues, and one can close what another waits for. */
#include <sched.h>

#include "kq.h"

static char stacks[2][16384];
static int kq, fds[2];
static pid_t parent;

static int
closer(void *arg)
{
	usleep(1000);
	close(kq);
	return 0;
}

static int
writer(void *arg)
{
	CHECK_EQ(change(kq, fds[0], EVFILT_READ, EV_ADD, 0, 0), 0);
	CHECK_EQ(write(fds[1], "abc", 3), 3);
	/* A signal note is its maker's. */
	signal(SIGUSR1, SIG_IGN);
	CHECK_EQ(change(kq, SIGUSR1, EVFILT_SIGNAL, EV_ADD, 0, 0), 0);
	raise(SIGUSR1);
	return 0;
}

int
main(void)
{
	struct kevent kev;
	pid_t pid;
	int i, signals = 0, reads = 0;

	parent = getpid();
	CHECK_EQ(pipe(fds), 0);
	kq = kqueue();
	pid = __clone(writer, stacks[0] + sizeof(stacks[0]), CLONE_FILES | SIGCHLD, NULL);
	expect_exit(pid, 0);
	/* The signal note went with its process; the count it had is told. */
	for (i = 0; i < 4 && poll_events(kq, &kev, 1) == 1; i++) {
		if (kev.filter == EVFILT_READ) {
			CHECK_EQ(kev.data, 3);
			reads++;
			CHECK_EQ(change(kq, fds[0], EVFILT_READ, EV_DELETE, 0, 0), 0);
		} else {
			CHECK_EQ(kev.filter, EVFILT_SIGNAL);
			CHECK_EQ(kev.data, 1);
			signals++;
		}
	}
	CHECK_EQ(reads, 1);
	CHECK_EQ(signals, 1);
	expect_none(kq);
	pid = __clone(closer, stacks[1] + sizeof(stacks[1]), CLONE_FILES | SIGCHLD, NULL);
	CHECK_ERRNO(kevent(kq, NULL, 0, &kev, 1, NULL), EBADF);
	expect_exit(pid, 0);
	CHECK_ERRNO(fcntl(kq, F_GETFD), EBADF);
	return 0;
}
