/* What the flags of a change do, to any filter. */
#include "kq.h"

static int fds[2];

static void
fill(void)
{
	CHECK_EQ(write(fds[1], "x", 1), 1);
}

static void
empty(void)
{
	char buf[64];

	CHECK(read(fds[0], buf, sizeof(buf)) > 0);
}

static void
test_delete(int kq)
{
	CHECK_EQ(change(kq, fds[0], EVFILT_READ, EV_DELETE, 0, 0), ENOENT);
	CHECK_EQ(change(kq, fds[0], EVFILT_READ, EV_ENABLE, 0, 0), ENOENT);
	CHECK_EQ(change(kq, fds[0], EVFILT_READ, 0, 0, 0), ENOENT);
	CHECK_EQ(change(kq, fds[0], EVFILT_READ, EV_ADD, 0, 0), 0);
	fill();
	CHECK_EQ(change(kq, fds[0], EVFILT_READ, EV_DELETE, 0, 0), 0);
	expect_none(kq);
	empty();
}

static void
test_disable(int kq)
{
	CHECK_EQ(change(kq, fds[0], EVFILT_READ, EV_ADD | EV_DISABLE, 0, 0), 0);
	fill();
	expect_none(kq);
	CHECK_EQ(change(kq, fds[0], EVFILT_READ, EV_ENABLE, 0, 0), 0);
	CHECK_EQ(expect(kq, fds[0], EVFILT_READ).data, 1);
	CHECK_EQ(change(kq, fds[0], EVFILT_READ, EV_DISABLE, 0, 0), 0);
	expect_none(kq);
	CHECK_EQ(change(kq, fds[0], EVFILT_READ, EV_ADD, 0, 0), 0);	/* enables */
	CHECK_EQ(expect(kq, fds[0], EVFILT_READ).data, 1);
	CHECK_EQ(change(kq, fds[0], EVFILT_READ, EV_DELETE, 0, 0), 0);
	empty();
}

static void
test_oneshot(int kq)
{
	CHECK_EQ(change(kq, fds[0], EVFILT_READ, EV_ADD | EV_ONESHOT, 0, 0), 0);
	fill();
	CHECK(expect(kq, fds[0], EVFILT_READ).flags & EV_ONESHOT);
	expect_none(kq);
	CHECK_EQ(change(kq, fds[0], EVFILT_READ, EV_DELETE, 0, 0), ENOENT);
	empty();
}

static void
test_clear(int kq)
{
	CHECK_EQ(change(kq, fds[0], EVFILT_READ, EV_ADD | EV_CLEAR, 0, 0), 0);
	fill();
	CHECK_EQ(expect(kq, fds[0], EVFILT_READ).data, 1);
	expect_none(kq);	/* although there is still something to read */
	fill();
	CHECK_EQ(expect(kq, fds[0], EVFILT_READ).data, 2);
	expect_none(kq);
	CHECK_EQ(change(kq, fds[0], EVFILT_READ, EV_DELETE, 0, 0), 0);
	empty();
}

static void
test_dispatch(int kq)
{
	CHECK_EQ(change(kq, fds[0], EVFILT_READ, EV_ADD | EV_DISPATCH, 0, 0), 0);
	fill();
	CHECK_EQ(expect(kq, fds[0], EVFILT_READ).data, 1);
	fill();
	expect_none(kq);
	CHECK_EQ(change(kq, fds[0], EVFILT_READ, EV_ENABLE, 0, 0), 0);
	CHECK_EQ(expect(kq, fds[0], EVFILT_READ).data, 2);
	expect_none(kq);
	CHECK_EQ(change(kq, fds[0], EVFILT_READ, EV_DELETE, 0, 0), 0);
	empty();
}

static void
test_receipt(int kq)
{
	struct kevent changes[3], events[3];
	struct timespec none = { 0, 0 };

	memset(changes, 0, sizeof(changes));
	fill();
	EV_SET(&changes[0], fds[0], EVFILT_READ, EV_ADD | EV_RECEIPT, 0, 0, NULL);
	EV_SET(&changes[1], fds[1], EVFILT_WRITE, EV_DELETE, 0, 0, (void *)7);
	EV_SET(&changes[2], 1, EVFILT_USER, EV_ADD, 0, 0, NULL);
	CHECK_EQ(kevent(kq, changes, 3, events, 3, &none), 2);
	CHECK_EQ(events[0].flags, EV_ERROR);
	CHECK_EQ(events[0].data, 0);
	CHECK_EQ(events[0].ident, fds[0]);
	CHECK_EQ(events[1].flags, EV_ERROR);
	CHECK_EQ(events[1].data, ENOENT);
	CHECK_EQ(events[1].ident, fds[1]);
	CHECK_EQ((long)events[1].udata, 7);
	/* Both that had no error were done; a list may be its own result. */
	EV_SET(&changes[0], fds[0], EVFILT_READ, EV_DELETE, 0, 0, NULL);
	EV_SET(&changes[1], 1, EVFILT_USER, EV_DELETE, 0, 0, NULL);
	EV_SET(&changes[2], 1, EVFILT_USER, EV_DELETE, 0, 0, NULL);
	CHECK_EQ(kevent(kq, changes, 3, changes, 3, &none), 1);
	CHECK_EQ(changes[0].data, ENOENT);
	empty();
}

/* Without room for errors the first one ends the call. */
static void
test_no_room(int kq)
{
	struct kevent changes[2];

	memset(changes, 0, sizeof(changes));
	EV_SET(&changes[0], 1, EVFILT_USER, EV_DELETE, 0, 0, NULL);
	EV_SET(&changes[1], 2, EVFILT_USER, EV_ADD, 0, 0, NULL);
	CHECK_ERRNO(kevent(kq, changes, 2, NULL, 0, NULL), ENOENT);
	CHECK_EQ(change(kq, 2, EVFILT_USER, EV_DELETE, 0, 0), ENOENT);
}

/* Events come in the order in which they happened, as many as there is room for; what is left takes its turn. */
static void
test_order(int kq)
{
	struct kevent events[3];
	int i;

	for (i = 0; i < 5; i++)
		CHECK_EQ(change(kq, i, EVFILT_USER, EV_ADD | EV_CLEAR, 0, 0), 0);
	for (i = 4; i >= 0; i--)
		CHECK_EQ(change(kq, i, EVFILT_USER, 0, NOTE_TRIGGER, 0), 0);
	CHECK_EQ(poll_events(kq, events, 3), 3);
	for (i = 0; i < 3; i++)
		CHECK_EQ(events[i].ident, 4 - i);
	CHECK_EQ(poll_events(kq, events, 3), 2);
	CHECK_EQ(events[0].ident, 1);
	CHECK_EQ(events[1].ident, 0);
	for (i = 0; i < 5; i++)
		CHECK_EQ(change(kq, i, EVFILT_USER, EV_DELETE, 0, 0), 0);
}

static void
test_user(int kq)
{
	struct kevent kev;

	CHECK_EQ(change(kq, 5, EVFILT_USER, EV_ADD, 0xff, 0), 0);
	expect_none(kq);
	CHECK_EQ(change(kq, 5, EVFILT_USER, 0, NOTE_FFOR | 0x100, 0), 0);
	expect_none(kq);
	CHECK_EQ(change(kq, 5, EVFILT_USER, 0, NOTE_FFAND | NOTE_TRIGGER | 0x1f0, 42), 0);
	kev = expect(kq, 5, EVFILT_USER);
	CHECK_EQ(kev.fflags, 0x1f0);
	CHECK_EQ(kev.data, 42);
	CHECK_EQ(expect(kq, 5, EVFILT_USER).fflags, 0x1f0);	/* it was not cleared */
	CHECK_EQ(change(kq, 5, EVFILT_USER, 0, NOTE_FFCOPY | 3, 0), 0);
	CHECK_EQ(expect(kq, 5, EVFILT_USER).fflags, 3);
	CHECK_EQ(change(kq, 5, EVFILT_USER, EV_DELETE, 0, 0), 0);
	expect_none(kq);
}

int
main(void)
{
	int kq = kqueue();

	CHECK_EQ(pipe(fds), 0);
	test_delete(kq);
	test_disable(kq);
	test_oneshot(kq);
	test_clear(kq);
	test_dispatch(kq);
	test_receipt(kq);
	test_no_room(kq);
	test_order(kq);
	test_user(kq);
	expect_none(kq);
	return 0;
}
