/*
 * Which numbers processes and threads get (spec C.6): all different, none used again soon, and none that is still a
 * group's or a session's.
 */
#include <lwp.h>
#include <pthread.h>
#include <signal.h>

#include "baton.h"
#include "proc2.h"

#define FORKS	150

static void *
own_id(void *result)
{
	*(lwpid_t *)result = _lwp_self();
	return NULL;
}

/* A process that is gone leaves a number that is not the next one's, nor that of the one behind it. */
static void
test_reuse(void)
{
	pid_t recent[16] = { 0 }, pid;
	int steps = 0;

	for (int i = 0; i < FORKS; i++) {
		pid = fork();
		if (pid == 0)
			_exit(0);
		expect_exit(pid, 0);
		CHECK(pid > 1 && pid < 30000);
		CHECK_ERRNO(kill(pid, 0), ESRCH);
		for (int j = 0; j < 16; j++)
			CHECK(recent[j] != pid);
		steps += i > 0 && recent[(i + 15) % 16] + 1 != pid;
		recent[i % 16] = pid;
		if (i % 10 == 0) {
			pthread_t thread;
			lwpid_t lid;

			CHECK_EQ(pthread_create(&thread, NULL, own_id, &lid), 0);
			CHECK_EQ(pthread_join(thread, NULL), 0);
			CHECK(lid > 1);
			for (int j = 0; j < 16; j++)
				CHECK(recent[j] != lid);
		}
	}
	CHECK(steps > 0);	/* they are not simply counted up */
}

/* As many at once as there can be in the first table, and more: it grows. */
static void
test_many(void)
{
	enum { MANY = 90 };
	struct baton go = new_baton();
	pid_t pids[MANY];

	for (int i = 0; i < MANY; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			await(go);
			_exit(0);
		}
		CHECK(pids[i] > 0);
		for (int j = 0; j < i; j++)
			CHECK(pids[j] != pids[i]);
	}
	for (int i = 0; i < MANY; i++) {
		struct kinfo_proc2 k = process(pids[i]);

		CHECK_EQ(k.p_pid, pids[i]);
		CHECK_EQ(k.p_ppid, getpid());
	}
	for (int i = 0; i < MANY; i++)
		pass(go);
	for (int i = 0; i < MANY; i++)
		expect_exit(pids[i], 0);
}

/* The leader is dead and collected, its group or session lives on: nobody else gets the number. */
static void
test_groups(int session)
{
	struct baton pids = new_baton(), go = new_baton();
	pid_t leader = fork(), member, pid;

	if (leader == 0) {
		if (session)
			CHECK_EQ(setsid(), getpid());
		else
			CHECK_EQ(setpgid(0, 0), 0);
		member = fork();
		if (member == 0) {
			await(go);
			_exit(0);
		}
		CHECK_EQ(write(pids.out, &member, sizeof(member)), sizeof(member));
		_exit(0);
	}
	CHECK_EQ(read(pids.in, &member, sizeof(member)), sizeof(member));
	expect_exit(leader, 0);
	CHECK_EQ(getpgid(member), leader);
	if (session)
		CHECK_EQ(getsid(member), leader);
	CHECK_ERRNO(kill(leader, 0), ESRCH);
	CHECK_EQ(killpg(leader, 0), 0);
	for (int i = 0; i < FORKS; i++) {
		pid = fork();
		if (pid == 0)
			_exit(0);
		CHECK(pid != leader && pid != member);
		expect_exit(pid, 0);
	}
	pass(go);
	UNTIL(killpg(leader, 0) == -1);
	CHECK_EQ(errno, ESRCH);
}

int
main(void)
{
	test_reuse();
	test_many();
	test_reuse();
	test_groups(0);
	test_groups(1);
	return 0;
}
