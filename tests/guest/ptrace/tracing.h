/* What the tests of ptrace have in common. */
#ifndef TRACING_H
#define TRACING_H

#include <sys/types.h>
#include <machine/reg.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <signal.h>
#include <unistd.h>

#include "check.h"

/* The child stops itself when it is ready. */
static inline void
trace_me(void)
{
	if (ptrace(PT_TRACE_ME, 0, NULL, 0) != 0 || raise(SIGSTOP) != 0)
		_exit(99);
}

static inline void
expect_stop(pid_t pid, int signo)
{
	int status = -1;

	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, W_STOPCODE(signo));
}

static inline void
expect_exit(pid_t pid, int code)
{
	int status = -1;

	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, W_EXITCODE(code, 0));
}

static inline void
expect_killed(pid_t pid, int signo)
{
	int status = -1;

	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK(WIFSIGNALED(status));
	CHECK_EQ(WTERMSIG(status), signo);
}

static inline void
go_on(pid_t pid, int signo)
{
	CHECK_EQ(ptrace(PT_CONTINUE, pid, (void *)1, signo), 0);
}

/* The siginfo of the stop at which a process stands. */
static inline struct ptrace_siginfo
stop_info(pid_t pid)
{
	struct ptrace_siginfo info;

	memset(&info, 0, sizeof info);
	CHECK_EQ(ptrace(PT_GET_SIGINFO, pid, &info, sizeof info), 0);
	return info;
}

#endif
