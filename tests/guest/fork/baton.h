/*
 * Processes that take turns: a baton is a pipe on which one side waits for the other. With it a test says who
 * stores first, instead of leaving it to the scheduler.
 */
#ifndef BATON_H
#define BATON_H

#include <sys/types.h>
#include <sys/wait.h>
#include <sched.h>
#include <unistd.h>

#include "check.h"

struct baton {
	int out, in;
};

static inline struct baton
new_baton(void)
{
	int fds[2];

	CHECK_EQ(pipe(fds), 0);
	return (struct baton){ fds[1], fds[0] };
}

static inline void
pass(struct baton b)
{
	CHECK_EQ(write(b.out, "x", 1), 1);
}

static inline void
await(struct baton b)
{
	char c;

	CHECK_EQ(read(b.in, &c, 1), 1);
}

/* Wait for a child that must end with exit(code). What it found wrong it has said itself. */
static inline void
expect_exit(pid_t pid, int code)
{
	int status;

	CHECK(pid > 0);
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, code << 8);
}

static inline void
expect_signal(pid_t pid, int signo)
{
	int status;

	CHECK(pid > 0);
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status & 0x7f, signo);
}

/* Give the CPU to the others until something is the case; if it never is, the test fails. */
#define UNTIL(condition) do {							\
	int until_n_ = 0;							\
										\
	while (!(condition)) {							\
		CHECK(until_n_++ < 10000);					\
		sched_yield();							\
	}									\
} while (0)

#endif
