/* _lwp_create: ids, contexts, what is refused. */
#include <sys/resource.h>
#include <sys/wait.h>
#include <signal.h>
#include <time.h>

#include "lwps.h"

static volatile int ran, go, mask_seen;
static volatile lwpid_t id_seen;
static _Thread_local int own = 7;

static void
body(void *argument)
{
	sigset_t mask;

	own += *(int *)argument;
	id_seen = _lwp_self();
	sigprocmask(SIG_BLOCK, NULL, &mask);
	mask_seen = sigismember(&mask, SIGUSR1);
	ran = own;
	_lwp_exit();
}

static void
waits(void *argument)
{
	await(&go);
	(void)argument;
}

static void
test_basic(void)
{
	int add = 5;
	sigset_t mask;
	lwpid_t id;

	sigemptyset(&mask);
	sigaddset(&mask, SIGUSR1);
	sigprocmask(SIG_BLOCK, &mask, NULL);
	CHECK_EQ(_lwp_self(), getpid());
	id = start(body, &add, 0);
	CHECK(id != getpid());
	finish(id);
	CHECK_EQ(ran, 12);
	CHECK_EQ(own, 7);
	CHECK_EQ(id_seen, id);
	CHECK_EQ(mask_seen, 1);
	CHECK_ERRNO(_lwp_wait(id, NULL), ESRCH);
}

static void
test_suspended(void)
{
	int add = 1;
	lwpid_t id;
	int i;

	ran = 0;
	id = start(body, &add, SUSPENDED);
	for (i = 0; i < 20; i++)
		sched_yield();
	CHECK_EQ(ran, 0);
	CHECK_EQ(_lwp_continue(id), 0);
	finish(id);
	CHECK_EQ(ran, 8);
}

static void
test_detached(void)
{
	int add = 2;
	lwpid_t id;

	ran = 0;
	id = start(body, &add, DETACHED);
	while (_lwp_kill(id, 0) == 0)
		sched_yield();
	CHECK_EQ(errno, ESRCH);
	CHECK_EQ(ran, 9);
	CHECK_ERRNO(_lwp_wait(id, NULL), ESRCH);
}

static void
test_errors(void)
{
	ucontext_t uc;
	lwpid_t id;

	make_context(&uc, body, NULL);
	uc.uc_flags &= ~_UC_CPU;
	CHECK_ERRNO(_lwp_create(&uc, 0, &id), EINVAL);
	make_context(&uc, body, NULL);
	uc.uc_mcontext.__gregs[_REG_PC] = (__greg_t)1 << 50;
	CHECK_ERRNO(_lwp_create(&uc, 0, &id), EINVAL);
	CHECK_ERRNO(_lwp_create(NULL, 0, &id), EFAULT);
	make_context(&uc, body, NULL);
	CHECK_ERRNO(_lwp_create(&uc, 0, (lwpid_t *)8), EFAULT);
	/* None of them exists. */
	CHECK_ERRNO(_lwp_wait(0, NULL), ESRCH);
}

/* Root may exceed the limit; others count all LWPs of theirs but the first of each process. */
static void
test_limit(void)
{
	struct rlimit limit;
	ucontext_t uc;
	lwpid_t ids[3], id;
	int status;

	if (fork() == 0) {
		CHECK_EQ(getrlimit(RLIMIT_NTHR, &limit), 0);
		limit.rlim_cur = 3;
		CHECK_EQ(setrlimit(RLIMIT_NTHR, &limit), 0);
		CHECK_EQ(setuid(1000), 0);
		for (int i = 0; i < 3; i++)
			ids[i] = start(waits, NULL, 0);
		make_context(&uc, waits, NULL);
		CHECK_ERRNO(_lwp_create(&uc, 0, &id), EAGAIN);
		/* A new process's first LWP is not counted. */
		if (fork() == 0)
			_exit(0);
		CHECK(wait(&status) > 0 && status == 0);
		go = 1;
		finish(ids[0]);
		CHECK_EQ(_lwp_create(&uc, 0, &id), 0);
		finish(id);
		finish(ids[1]);
		finish(ids[2]);
		_exit(0);
	}
	CHECK(wait(&status) > 0);
	CHECK_EQ(status, 0);
}

/* The LWPs of a process go with it when it becomes another user's (spec C.4). */
static void
test_limit_moves(void)
{
	struct rlimit limit;
	ucontext_t uc;
	lwpid_t ids[3], id;
	int status;

	if (fork() == 0) {
		go = 0;
		for (int i = 0; i < 2; i++)
			ids[i] = start(waits, NULL, 0);
		CHECK_EQ(setreuid(1000, -1), 0);
		if (fork() == 0) {
			CHECK_EQ(getrlimit(RLIMIT_NTHR, &limit), 0);
			limit.rlim_cur = 3;
			CHECK_EQ(setrlimit(RLIMIT_NTHR, &limit), 0);
			CHECK_EQ(setuid(1000), 0);
			ids[2] = start(waits, NULL, 0);
			make_context(&uc, waits, NULL);
			CHECK_ERRNO(_lwp_create(&uc, 0, &id), EAGAIN);
			go = 1;
			finish(ids[2]);
			_exit(0);
		}
		CHECK(wait(&status) > 0);
		CHECK_EQ(status, 0);
		go = 1;
		finish(ids[0]);
		finish(ids[1]);
		_exit(0);
	}
	CHECK(wait(&status) > 0);
	CHECK_EQ(status, 0);
}

int
main(void)
{
	test_basic();
	test_suspended();
	test_detached();
	test_errors();
	test_limit();
	test_limit_moves();
	return 0;
}
