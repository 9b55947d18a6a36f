/*
 * Process groups and sessions: setpgid, setsid, getsid and their errors; a group outlives its leader.
 */
#include <sys/types.h>
#include <sys/wait.h>
#include <signal.h>
#include <unistd.h>

#include "check.h"

static int up[2], down[2];

/* A child that says it is there and then waits for a byte; with `body` run before. */
static pid_t
child(void (*body)(void))
{
	char c;
	pid_t pid = fork();

	CHECK(pid != -1);
	if (pid == 0) {
		if (body != NULL)
			body();
		CHECK_EQ(write(up[1], "x", 1), 1);
		CHECK_EQ(read(down[0], &c, 1), 1);
		_exit(0);
	}
	CHECK_EQ(read(up[0], &c, 1), 1);
	return pid;
}

static void
release(pid_t pid)
{
	int status;

	CHECK_EQ(write(down[1], "x", 1), 1);
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 0);
}

static void
new_session(void)
{
	CHECK_EQ(setsid(), getpid());
	CHECK_EQ(getpgrp(), getpid());
	CHECK_EQ(getsid(0), getpid());
	CHECK_ERRNO(setsid(), EPERM);
	CHECK_ERRNO(setpgid(0, getpid() + 1), EPERM);
}

static void
own_group(void)
{
	CHECK_EQ(setpgid(0, 0), 0);
	CHECK_EQ(getpgrp(), getpid());
}

/* Its leader has ended, but the group lives on with this process in it. */
static void
group_outlives_leader(void)
{
	pid_t leader, group = fork();
	int status;

	if (group == 0) {
		own_group();
		leader = getpid();
		if (fork() == 0) {
			for (int i = 0; i < 200; i++) {
				pid_t pid = fork();

				if (pid == 0)
					_exit(0);
				CHECK(pid != leader);
				CHECK_EQ(waitpid(pid, NULL, 0), pid);
			}
			CHECK_EQ(getpgrp(), leader);
			_exit(0);
		}
		_exit(7);
	}
	CHECK_EQ(waitpid(group, &status, 0), group);
	CHECK_EQ(WEXITSTATUS(status), 7);
}

int
main(void)
{
	pid_t a, b;

	CHECK_EQ(pipe(up), 0);
	CHECK_EQ(pipe(down), 0);
	CHECK_EQ(getsid(0), getpid());		/* the machine starts programs as session leaders */
	CHECK_EQ(getpgid(0), getpgrp());
	CHECK_ERRNO(getpgid(29999), ESRCH);
	CHECK_ERRNO(getsid(29999), ESRCH);
	CHECK_ERRNO(setpgid(0, -1), EINVAL);
	CHECK_ERRNO(setpgid(29999, 0), ESRCH);

	a = child(NULL);
	CHECK_EQ(getpgid(a), getpgrp());
	CHECK_EQ(getsid(a), getpid());
	CHECK_EQ(setpgid(a, 0), 0);
	CHECK_EQ(getpgid(a), a);
	b = child(NULL);
	CHECK_ERRNO(setpgid(b, 29999), EPERM);
	CHECK_EQ(setpgid(b, a), 0);
	CHECK_EQ(getpgid(b), a);
	CHECK_EQ(kill(-a, 0), 0);
	release(a);
	release(b);
	CHECK_ERRNO(kill(-a, 0), ESRCH);	/* the group ended with its last member */

	a = child(new_session);
	CHECK_EQ(getsid(a), a);
	CHECK_ERRNO(setpgid(a, getpgrp()), EPERM);
	b = child(own_group);
	CHECK_ERRNO(setpgid(b, a), EPERM);	/* a group of another session */
	release(a);
	release(b);

	group_outlives_leader();
	return 0;
}
