/* Which child a wait takes: by pid, group, session, user; and which one first (spec C.24, C.34). */
#include "children.h"

#define N 5

/* The one that ended last is told first; among the living, order does not matter. */
static void
test_order(void)
{
	pid_t pids[N];

	for (int i = 0; i < N; i++)
		pids[i] = child_sleeps();
	static const int order[N] = { 2, 0, 4, 1, 3 };
	for (int i = 0; i < N; i++) {
		CHECK_EQ(kill(pids[order[i]], SIGTERM), 0);
		until_zombie(pids[order[i]]);
	}
	for (int i = N - 1; i >= 0; i--)
		CHECK_EQ(waitpid(-1, NULL, 0), pids[order[i]]);
	expect_nobody();
}

static void
test_by_pid(void)
{
	pid_t a = child_exits(1), b = child_exits(2), grandchild, pid;
	int fds[2];

	until_zombie(a);
	until_zombie(b);
	expect_status(a, 0, 1 << 8);
	CHECK_ERRNO(waitpid(a, NULL, 0), ECHILD);
	expect_status(b, 0, 2 << 8);
	/* Not one's own: at once, even if there are other children. */
	pid = child_sleeps();
	CHECK_ERRNO(waitpid(1, NULL, 0), ECHILD);
	CHECK_ERRNO(waitpid(getpid(), NULL, 0), ECHILD);
	CHECK_ERRNO(waitpid(29999, NULL, WNOHANG), ECHILD);
	kill(pid, SIGKILL);
	expect_status(pid, 0, SIGKILL);
	/* A child's child is not a child. */
	CHECK_EQ(pipe(fds), 0);
	pid = fork();
	if (pid == 0) {
		grandchild = child_sleeps();
		write(fds[1], &grandchild, sizeof(grandchild));
		_exit(waitpid(grandchild, NULL, 0) != grandchild);
	}
	CHECK_EQ(read(fds[0], &grandchild, sizeof(grandchild)), sizeof(grandchild));
	CHECK_ERRNO(waitpid(grandchild, NULL, 0), ECHILD);
	CHECK_EQ(kill(grandchild, SIGKILL), 0);
	expect_status(pid, 0, 0);
}

static void
test_by_group(void)
{
	pid_t mine = child_exits(1), other = child_sleeps(), second = child_sleeps();

	until_zombie(mine);
	CHECK_EQ(setpgid(other, other), 0);
	CHECK_EQ(setpgid(second, other), 0);
	CHECK_EQ(waitpid(-other, NULL, WNOHANG), 0);
	CHECK_EQ(kill(second, SIGTERM), 0);
	CHECK_EQ(waitpid(-other, NULL, 0), second);
	CHECK_EQ(waitpid(0, NULL, 0), mine);
	CHECK_ERRNO(waitpid(0, NULL, 0), ECHILD);
	CHECK_EQ(kill(-other, SIGTERM), 0);
	CHECK_EQ(wait6(P_PGID, other, NULL, WEXITED, NULL, NULL), other);
	CHECK_ERRNO(waitpid(-other, NULL, 0), ECHILD);
	mine = child_exits(2);
	CHECK_EQ(wait6(P_PGID, getpgrp(), NULL, WEXITED, NULL, NULL), mine);
}

static void
test_by_others(void)
{
	static const idtype_t never[] = { P_LWPID, P_PPID, P_CID, P_TASKID, P_PROJID, P_POOLID, P_ZONEID, P_CTID,
	    P_CPUID, P_PSETID };
	pid_t pid = fork(), plain;
	int fds[2];
	char c;

	if (pid == 0) {
		setsid();
		setgid(300);
		setuid(200);
		_exit(4);
	}
	plain = child_exits(5);
	until_zombie(pid);
	until_zombie(plain);
	CHECK_EQ(wait6(P_SID, pid, NULL, WEXITED | WNOWAIT, NULL, NULL), pid);
	CHECK_EQ(wait6(P_UID, 200, NULL, WEXITED | WNOWAIT, NULL, NULL), pid);
	CHECK_EQ(wait6(P_GID, 300, NULL, WEXITED | WNOWAIT, NULL, NULL), pid);
	CHECK_EQ(wait6(P_UID, 0, NULL, WEXITED | WNOWAIT, NULL, NULL), plain);
	CHECK_EQ(wait6(P_SID, getsid(0), NULL, WEXITED | WNOWAIT, NULL, NULL), plain);
	CHECK_ERRNO(wait6(P_UID, 201, NULL, WEXITED, NULL, NULL), ECHILD);
	CHECK_ERRNO(wait6(P_SID, 9999, NULL, WEXITED, NULL, NULL), ECHILD);
	for (unsigned i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		CHECK_ERRNO(wait6(never[i], pid, NULL, WEXITED, NULL, NULL), ECHILD);
	/* P_ALL does not look at the id. */
	CHECK_EQ(wait6(P_ALL, 12345, NULL, WEXITED, NULL, NULL), plain);
	expect_status(pid, 0, 4 << 8);
	/* A sleeper is woken by the child it asked for, not by another. */
	CHECK_EQ(pipe(fds), 0);
	pid = fork();
	if (pid == 0) {
		read(fds[0], &c, 1);
		_exit(6);
	}
	plain = fork();
	if (plain == 0) {
		give_way();
		write(fds[1], "x", 1);
		_exit(7);
	}
	expect_status(pid, 0, 6 << 8);
	expect_status(plain, 0, 7 << 8);
}

int
main(void)
{
	test_order();
	test_by_pid();
	test_by_group();
	test_by_others();
	expect_nobody();
	return 0;
}
