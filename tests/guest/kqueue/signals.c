/* EVFILT_SIGNAL counts what the process is sent, handled, blocked or ignored alike; signals end a wait. */
#include "kq.h"

static volatile int caught;

static void
handler(int signo)
{
	caught++;
}

static void
test_count(void)
{
	int kq = kqueue();
	sigset_t set;
	struct kevent kev;

	CHECK_EQ(change(kq, SIGUSR1, EVFILT_SIGNAL, EV_ADD, 0, 0), 0);
	CHECK_EQ(change(kq, SIGUSR2, EVFILT_SIGNAL, EV_ADD, 0, 0), 0);
	signal(SIGUSR1, SIG_IGN);
	signal(SIGUSR2, handler);
	raise(SIGUSR1);
	kill(getpid(), SIGUSR1);
	kev = expect(kq, SIGUSR1, EVFILT_SIGNAL);
	CHECK_EQ(kev.data, 2);
	CHECK(kev.flags & EV_CLEAR);
	expect_none(kq);
	raise(SIGUSR2);
	CHECK_EQ(caught, 1);
	CHECK_EQ(expect(kq, SIGUSR2, EVFILT_SIGNAL).data, 1);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	sigprocmask(SIG_BLOCK, &set, NULL);
	raise(SIGUSR2);
	CHECK_EQ(expect(kq, SIGUSR2, EVFILT_SIGNAL).data, 1);
	CHECK_EQ(caught, 1);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	CHECK_EQ(caught, 2);
	expect_none(kq);
	close(kq);
	raise(SIGUSR1);
}

/* Even one whose default is to be ignored: a child's end. The child's own signals are not the parent's. */
static void
test_child(void)
{
	int kq = kqueue();
	pid_t pid;

	signal(SIGUSR1, SIG_IGN);
	CHECK_EQ(change(kq, SIGCHLD, EVFILT_SIGNAL, EV_ADD, 0, 0), 0);
	CHECK_EQ(change(kq, SIGUSR1, EVFILT_SIGNAL, EV_ADD, 0, 0), 0);
	pid = fork();
	if (pid == 0) {
		raise(SIGUSR1);
		_exit(0);
	}
	CHECK_EQ(expect(kq, SIGCHLD, EVFILT_SIGNAL).data, 1);
	expect_exit(pid, 0);
	expect_none(kq);
	close(kq);
}

/* A handled signal ends the wait with EINTR, also with SA_RESTART. */
static void
test_interrupted(int flags)
{
	int kq = kqueue();
	struct sigaction sa = { .sa_handler = handler, .sa_flags = flags };
	struct timespec limit = { 5, 0 };
	struct kevent kev;
	pid_t pid, parent = getpid();

	sigaction(SIGUSR1, &sa, NULL);
	caught = 0;
	pid = fork();
	if (pid == 0) {
		usleep(1000);
		kill(parent, SIGUSR1);
		_exit(0);
	}
	CHECK_ERRNO(kevent(kq, NULL, 0, &kev, 1, &limit), EINTR);
	CHECK_EQ(caught, 1);
	expect_exit(pid, 0);
	close(kq);
}

int
main(void)
{
	test_count();
	test_child();
	test_interrupted(0);
	test_interrupted(SA_RESTART);
	return 0;
}
