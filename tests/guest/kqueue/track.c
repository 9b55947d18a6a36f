/* NOTE_TRACK follows a process's children (spec C.27; NetBSD's t_proc2, t_proc3). */
#include "kq.h"

/* The child is known before it does anything, and all of its family stays known. */
static void
test_family(void)
{
	int kq = kqueue(), births = 0, exits = 0, forks = 0, i;
	struct kevent kev;
	pid_t pid, child = 0, grandchild = 0;

	CHECK_EQ(change(kq, getpid(), EVFILT_PROC, EV_ADD, NOTE_TRACK | NOTE_FORK | NOTE_EXIT, 0), 0);
	pid = fork();
	if (pid == 0) {
		pid = fork();
		if (pid == 0)
			_exit(3);
		expect_exit(pid, 3);
		_exit(4);
	}
	expect_exit(pid, 4);
	for (i = 0; births + exits + forks < 6; i++) {
		CHECK(i < 10);
		CHECK_EQ(poll_events(kq, &kev, 1), 1);
		CHECK_EQ(kev.filter, EVFILT_PROC);
		CHECK_EQ((long)kev.udata, getpid() + 1000);
		CHECK_EQ(kev.fflags & NOTE_TRACKERR, 0);
		if (kev.fflags & NOTE_CHILD) {
			CHECK_EQ(kev.fflags, NOTE_CHILD);
			CHECK(kev.flags & EV_ONESHOT);
			CHECK_EQ(kev.data, births == 0 ? getpid() : child);
			if (births++ == 0)
				child = kev.ident;
			else
				grandchild = kev.ident;
			continue;
		}
		if (kev.fflags & NOTE_FORK)
			forks++;
		if (kev.fflags & NOTE_EXIT) {
			CHECK(kev.ident == (uintptr_t)child || kev.ident == (uintptr_t)grandchild);
			CHECK(births == 2 || kev.ident == (uintptr_t)child);
			CHECK_EQ(kev.data, (kev.ident == (uintptr_t)child ? 4 : 3) << 8);
			CHECK(kev.flags & EV_EOF);
			exits++;
		}
	}
	CHECK_EQ(births, 2);
	CHECK_EQ(exits, 2);
	CHECK_EQ(forks, 2);
	CHECK_EQ(child, pid);
	expect_none(kq);
	close(kq);
}

/* NOTE_TRACK alone: the birth is told, the fork and the exit's reason are not; but the exit is. */
static void
test_alone(void)
{
	int kq = kqueue();
	struct kevent events[4];
	pid_t pid;

	CHECK_EQ(change(kq, getpid(), EVFILT_PROC, EV_ADD, NOTE_TRACK, 0), 0);
	pid = fork();
	if (pid == 0)
		_exit(1);
	expect_exit(pid, 1);
	CHECK_EQ(poll_events(kq, events, 4), 2);
	CHECK_EQ(events[0].ident, pid);
	CHECK_EQ(events[0].fflags, NOTE_CHILD);
	CHECK_EQ(events[0].data, getpid());
	CHECK_EQ(events[1].ident, pid);
	CHECK_EQ(events[1].fflags, 0);
	CHECK_EQ(events[1].data, 1 << 8);
	CHECK(events[1].flags & EV_EOF);
	expect_none(kq);
	close(kq);
}

/* A process that gave up root's ids may not let its children be watched. */
static void
test_refused(void)
{
	int kq = kqueue(), go[2];
	struct kevent kev;
	pid_t pid, grandchild;
	char c;

	CHECK_EQ(pipe(go), 0);
	pid = fork();
	if (pid == 0) {
		CHECK_EQ(read(go[0], &c, 1), 1);
		CHECK_EQ(setuid(1234), 0);
		grandchild = fork();
		if (grandchild == 0)
			_exit(0);
		expect_exit(grandchild, 0);
		_exit(0);
	}
	CHECK_EQ(change(kq, pid, EVFILT_PROC, EV_ADD, NOTE_FORK | NOTE_TRACK | NOTE_EXIT, 0), 0);
	CHECK_EQ(write(go[1], "x", 1), 1);
	kev = expect(kq, pid, EVFILT_PROC);
	CHECK_EQ(kev.fflags & ~NOTE_EXIT, NOTE_FORK | NOTE_TRACKERR);
	if (!(kev.fflags & NOTE_EXIT))
		CHECK_EQ(expect(kq, pid, EVFILT_PROC).fflags, NOTE_EXIT);
	expect_none(kq);
	expect_exit(pid, 0);
	close(kq);
}

/* The note dies with the queue, whichever way that goes. */
static void
test_closed(void)
{
	int kq = kqueue();
	pid_t pid;

	CHECK_EQ(change(kq, getpid(), EVFILT_PROC, EV_ADD, NOTE_TRACK | NOTE_FORK, 0), 0);
	pid = fork();
	if (pid == 0)
		_exit(0);
	close(kq);
	expect_exit(pid, 0);
	pid = fork();
	if (pid == 0)
		_exit(0);
	expect_exit(pid, 0);
}

int
main(void)
{
	test_family();
	test_alone();
	test_refused();
	test_closed();
	return 0;
}
