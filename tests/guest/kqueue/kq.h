/* Event queues, in few words. */
#ifndef KQ_H
#define KQ_H

#include <sys/types.h>
#include <sys/event.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

#define MS 1000000L

/* One change; its errno, 0 when it is done. */
static inline int
change(int kq, uintptr_t ident, unsigned filter, unsigned flags, unsigned fflags, long data)
{
	struct kevent kev;

	memset(&kev, 0, sizeof(kev));
	EV_SET(&kev, ident, filter, flags, fflags, data, (void *)(ident + 1000));
	return kevent(kq, &kev, 1, NULL, 0, NULL) == -1 ? errno : 0;
}

/* How many events there are at once; they go to `out`. */
static inline int
poll_events(int kq, struct kevent *out, int n)
{
	struct timespec none = { 0, 0 };

	return kevent(kq, NULL, 0, out, n, &none);
}

/* Wait for one event, which must be of that filter and ident. */
static inline struct kevent
expect(int kq, uintptr_t ident, unsigned filter)
{
	struct timespec limit = { 10, 0 };
	struct kevent kev;

	CHECK_EQ(kevent(kq, NULL, 0, &kev, 1, &limit), 1);
	CHECK_EQ(kev.filter, filter);
	CHECK_EQ(kev.ident, ident);
	CHECK_EQ((uintptr_t)kev.udata, ident + 1000);
	return kev;
}

/* There must be nothing to tell. */
static inline void
expect_none(int kq)
{
	struct kevent kev;

	CHECK_EQ(poll_events(kq, &kev, 1), 0);
}

static inline void
expect_exit(pid_t pid, int code)
{
	int status;

	CHECK(pid > 0);
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, code << 8);
}

#endif
