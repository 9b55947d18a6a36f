/*
 * A fork that finds no process id gives back the place of whoever the process belongs to by then (quirk Q9): if
 * another thread changes the real uid meanwhile, one user has a process too many from then on, another one too few.
 */
#include <pthread.h>

#include "nproc.h"

static volatile int began;

/* How many processes a user really has. */
static int
processes_of(uid_t uid)
{
	int mib[] = { CTL_KERN, KERN_PROC2, KERN_PROC_RUID, uid, sizeof(struct kinfo_proc2), 200 };
	static struct kinfo_proc2 found[200];
	size_t size = sizeof(found);

	CHECK_EQ(sysctl(mib, 6, found, &size, NULL, 0), 0);
	return size / sizeof(found[0]);
}

static void *
change_uid(void *uid)
{
	while (!began)
		sched_yield();
	usleep(20000);
	CHECK_EQ(setreuid((uid_t)(uintptr_t)uid, -1), 0);
	return NULL;
}

/* A fork that waits for an id, in vain; while it does, the real uid becomes another one. */
static void
race(uid_t uid)
{
	pthread_t thread;

	began = 0;
	CHECK_EQ(pthread_create(&thread, NULL, change_uid, (void *)(uintptr_t)uid), 0);
	set("debug.fail.wait", 100);
	set("debug.fail.proc", 1);
	began = 1;
	CHECK_ERRNO(fork(), EAGAIN);
	CHECK_EQ(getuid(), uid);
	CHECK_EQ(pthread_join(thread, NULL), 0);
}

static int
racer(struct baton apart, struct baton done)
{
	/* Without a race: one place for this process, none for a child. */
	race(0);
	CHECK_EQ(setreuid(1000, -1), 0);
	limit(1);
	CHECK_EQ(seteuid(1000), 0);
	CHECK_EQ(can_fork(), 0);
	CHECK_EQ(seteuid(0), 0);
	CHECK_EQ(setreuid(0, -1), 0);

	race(1000);
	CHECK_EQ(processes_of(1000), 1);
	CHECK_EQ(seteuid(1000), 0);
	CHECK_EQ(can_fork(), 1);	/* user 1000 is thought to have no process */
	CHECK_EQ(seteuid(0), 0);
	pass(apart);
	await(done);

	/* The same the other way round mends it. */
	race(0);
	return 0;
}

/* As a process of uid 0 without its powers: is there room for one more if there are n? */
static int
room_beyond(int n)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		limit(n + 1);
		CHECK_EQ(seteuid(1000), 0);
		_exit(can_fork());
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK(status == 0 || status == 1 << 8);
	return status >> 8;
}

int
main(void)
{
	struct baton apart = new_baton(), done = new_baton();
	int before, n;
	pid_t pid;

	pid = fork();
	if (pid == 0)
		_exit(racer(apart, done));
	await(apart);
	n = processes_of(0);
	/* The process that asks is one of uid 0's, too; and there is one that does not exist. */
	CHECK_EQ(room_beyond(n + 1), 0);
	CHECK_EQ(room_beyond(n + 2), 1);
	pass(done);
	expect_exit(pid, 0);
	before = processes_of(0);
	CHECK_EQ(room_beyond(before + 1), 1);
	CHECK_EQ(room_beyond(before), 0);
	return 0;
}
