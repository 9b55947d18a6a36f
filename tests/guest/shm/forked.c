/* What fork, exec and exit do with attachments (spec C.21). */
#include "shm.h"

static void
test_fork(int id)
{
	volatile char *p = attach(id);
	int go[2], done[2];
	pid_t pid;

	CHECK_EQ(pipe(go), 0);
	CHECK_EQ(pipe(done), 0);
	p[0] = 'a';
	pid = fork();
	if (pid == 0) {
		CHECK_EQ(p[0], 'a');
		p[1] = 'b';
		p[5000] = 'c';	/* a page that nobody had touched before */
		pass(done[1]);
		await(go[0]);
		CHECK_EQ(p[2], 'd');
		CHECK_EQ(shmdt((void *)p), 0);
		pass(done[1]);
		await(go[0]);
		_exit(0);
	}
	await(done[0]);
	CHECK_EQ(attached(id), 2);
	CHECK_EQ(p[1], 'b');
	CHECK_EQ(p[5000], 'c');
	p[2] = 'd';
	pass(go[1]);
	await(done[0]);
	CHECK_EQ(attached(id), 1);
	CHECK_EQ(p[2], 'd');
	pass(go[1]);
	expect_exit(pid, 0);
	CHECK_EQ(attached(id), 1);
	CHECK_EQ(shmdt((void *)p), 0);
}

/* Attachments end with the process, however it ends, and with the program. */
static void
test_end(int id)
{
	volatile char *p = attach(id);
	int i, hold[2];
	pid_t pid;

	CHECK_EQ(pipe(hold), 0);
	for (i = 0; i < 3; i++) {
		pid = fork();
		if (pid == 0) {
			attach(id);
			if (i == 0)
				_exit(0);
			if (i == 1)
				raise(SIGKILL);
			execl("/bin/forked", "forked", "again", (char *)NULL);
		}
		CHECK_EQ(waitpid(pid, NULL, 0), pid);
		CHECK_EQ(attached(id), 1);
	}
	/* A zombie has none. */
	pid = fork();
	if (pid == 0)
		_exit(0);
	while (attached(id) != 1)
		sched_yield();
	expect_exit(pid, 0);
	/* The process that made it need not be the last. */
	CHECK_EQ(shmctl(id, IPC_RMID, NULL), 0);
	pid = fork();
	if (pid == 0) {
		close(hold[1]);
		CHECK_EQ(read(hold[0], &i, 1), 0);
		p[7] = 'q';
		CHECK_EQ(attached(id), 1);
		_exit(0);
	}
	CHECK_EQ(attached(id), 2);
	CHECK_EQ(shmdt((void *)p), 0);
	close(hold[1]);
	expect_exit(pid, 0);
	CHECK_ERRNO(shmctl(id, IPC_STAT, NULL), EINVAL);
}

/* A vfork child is in its parent's address space, and adds nothing. */
static void
test_vfork(void)
{
	int id = shmget(IPC_PRIVATE, 4096, 0600);
	volatile char *p = attach(id);
	volatile int seen;
	pid_t pid = vfork();

	if (pid == 0) {
		seen = attached(id);
		_exit(0);
	}
	CHECK_EQ(seen, 1);
	expect_exit(pid, 0);
	CHECK_EQ(attached(id), 1);
	CHECK_EQ(p[0], 0);
	CHECK_EQ(shmctl(id, IPC_RMID, NULL), 0);
}

/* Memory that the child does not get still counts as attached there. */
static void
test_minherit(void)
{
	int id = shmget(IPC_PRIVATE, 4096, 0600), copy = shmget(IPC_PRIVATE, 4096, 0600);
	volatile char *p = attach(id), *q = attach(copy);
	pid_t pid;

	q[0] = 'p';
	CHECK_EQ(minherit((void *)p, 4096, MAP_INHERIT_NONE), 0);
	CHECK_EQ(minherit((void *)q, 4096, MAP_INHERIT_COPY), 0);
	pid = fork();
	if (pid == 0) {
		CHECK_EQ(attached(id), 2);
		CHECK_EQ(q[0], 'p');
		q[0] = 'c';
		CHECK_EQ(q[0], 'c');
		p[0] = 1;
		_exit(0);
	}
	expect_signal(pid, SIGSEGV);
	CHECK_EQ(q[0], 'p');
	CHECK_EQ(attached(id), 1);
}

int
main(int argc, char **argv)
{
	int id = shmget(IPC_PRIVATE, 3 * 4096, 0600);

	if (argc > 1)
		return 0;
	test_fork(id);
	test_end(id);
	test_vfork();
	test_minherit();
	return 0;
}
