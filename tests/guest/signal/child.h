/*
 * Children whose end a test looks at.
 */
#ifndef CHILD_H
#define CHILD_H

#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

/* Run a function in a child; its wait status. A function that returns is exit status 0. */
static inline int
child_status(void (*function)(void))
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	CHECK(pid != -1);
	if (pid == 0) {
		function();
		fflush(stdout);
		_exit(0);
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	return status;
}

/* The function must exit with 0 in a child. */
#define CHECK_CHILD(function) do {						\
	int child_status_ = child_status(function);				\
	if (child_status_ != 0)							\
		CHECK_FAIL("%s: wait status %#x", #function, child_status_);	\
} while (0)

/* The function must be killed by the signal. */
#define CHECK_KILLED(function, signo) do {					\
	int child_status_ = child_status(function);				\
	if ((child_status_ & 0x7f) != (signo))					\
		CHECK_FAIL("%s: wait status %#x, not signal %d", #function,	\
		    child_status_, (signo));					\
} while (0)

static inline void
sleep_ms(int ms)
{
	struct timespec ts = { ms / 1000, ms % 1000 * 1000000L };

	while (nanosleep(&ts, &ts) == -1)
		;
}

#endif
