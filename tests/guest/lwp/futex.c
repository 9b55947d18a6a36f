/* __futex. */
#include <sys/futex.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <limits.h>
#include <signal.h>
#include <stddef.h>
#include <time.h>

#include "lwps.h"

int __futex(volatile int *, int, int, const struct timespec *, volatile int *, int, int);
int __futex_set_robust_list(void *, size_t);
int __futex_get_robust_list(lwpid_t, void **, size_t *);

static volatile int word, second, woke, bits_woke[3];
static int flags;	/* FUTEX_PRIVATE_FLAG or none */

static void
pass_time(long ms)
{
	const struct timespec t = { 0, ms * 1000000 };

	nanosleep(&t, NULL);
}

static void
sleeps(void *argument)
{
	(void)argument;
	CHECK_EQ(__futex(&word, FUTEX_WAIT | flags, 0, NULL, NULL, 0, 0), 0);
	__atomic_fetch_add(&woke, 1, __ATOMIC_SEQ_CST);
}

static void
sleeps_for_bit(void *argument)
{
	int bit = *(int *)argument;

	CHECK_EQ(__futex(&word, FUTEX_WAIT_BITSET | flags, 0, NULL, NULL, 0, 1 << bit), 0);
	bits_woke[bit] = 1;
}

static void
test_wake(void)
{
	lwpid_t ids[4];
	int i;

	CHECK_EQ(__futex(&word, FUTEX_WAKE | flags, 1, NULL, NULL, 0, 0), 0);
	CHECK_ERRNO(__futex(&word, FUTEX_WAIT | flags, 1, NULL, NULL, 0, 0), EAGAIN);
	woke = 0;
	for (i = 0; i < 4; i++)
		ids[i] = start(sleeps, NULL, 0);
	pass_time(1);
	CHECK_EQ(__futex(&word, FUTEX_WAKE | flags, 1, NULL, NULL, 0, 0), 1);
	pass_time(1);
	CHECK_EQ(woke, 1);
	CHECK_EQ(__futex(&word, FUTEX_WAKE | flags, INT_MAX, NULL, NULL, 0, 0), 3);
	for (i = 0; i < 4; i++)
		finish(ids[i]);
}

static void
test_bitset(void)
{
	static int bits[3] = { 0, 1, 2 };
	lwpid_t ids[3];
	int i;

	for (i = 0; i < 3; i++) {
		bits_woke[i] = 0;
		ids[i] = start(sleeps_for_bit, &bits[i], 0);
	}
	pass_time(1);
	CHECK_ERRNO(__futex(&word, FUTEX_WAKE_BITSET | flags, 9, NULL, NULL, 0, 0), EINVAL);
	CHECK_ERRNO(__futex(&word, FUTEX_WAIT_BITSET | flags, 0, NULL, NULL, 0, 0), EINVAL);
	CHECK_EQ(__futex(&word, FUTEX_WAKE_BITSET | flags, 9, NULL, NULL, 0, 1 << 1), 1);
	pass_time(1);
	CHECK(!bits_woke[0] && bits_woke[1] && !bits_woke[2]);
	CHECK_EQ(__futex(&word, FUTEX_WAKE_BITSET | flags, 9, NULL, NULL, 0, FUTEX_BITSET_MATCH_ANY), 2);
	for (i = 0; i < 3; i++)
		finish(ids[i]);
}

static void
test_requeue(void)
{
	lwpid_t ids[4];
	int i;

	woke = 0;
	for (i = 0; i < 4; i++)
		ids[i] = start(sleeps, NULL, 0);
	pass_time(1);
	CHECK_ERRNO(__futex(&word, FUTEX_CMP_REQUEUE | flags, 1, NULL, &second, 9, 77), EAGAIN);
	CHECK_EQ(__futex(&word, FUTEX_CMP_REQUEUE | flags, 1, NULL, &second, 2, 0), 3);
	pass_time(1);
	CHECK_EQ(woke, 1);
	CHECK_EQ(__futex(&second, FUTEX_WAKE | flags, 9, NULL, NULL, 0, 0), 2);
	CHECK_EQ(__futex(&word, FUTEX_REQUEUE | flags, 0, NULL, &second, 9, 0), 1);
	CHECK_EQ(__futex(&word, FUTEX_WAKE | flags, 9, NULL, NULL, 0, 0), 0);
	CHECK_EQ(__futex(&second, FUTEX_WAKE | flags, 9, NULL, NULL, 0, 0), 1);
	for (i = 0; i < 4; i++)
		finish(ids[i]);
}

static void
test_wake_op(void)
{
	lwpid_t id = start(sleeps, NULL, 0);

	pass_time(1);
	second = 5;
	/* Compares with 4: nobody of the second word's, which nobody waits for anyway. */
	CHECK_EQ(__futex(&word, FUTEX_WAKE_OP | flags, 1, NULL, &second, 1, FUTEX_OP(FUTEX_OP_ADD, 3, FUTEX_OP_CMP_EQ, 4)),
	    1);
	CHECK_EQ(second, 8);
	finish(id);
	id = start(sleeps, NULL, 0);
	pass_time(1);
	CHECK_EQ(__futex(&second, FUTEX_WAKE_OP | flags, 1, NULL, &word, 1,
	    FUTEX_OP(FUTEX_OP_SET | FUTEX_OP_OPARG_SHIFT, 4, FUTEX_OP_CMP_LT, -1)), 0);
	CHECK_EQ(word, 16);
	word = 0;
	CHECK_EQ(__futex(&second, FUTEX_WAKE_OP | flags, 1, NULL, &word, 1,
	    FUTEX_OP(FUTEX_OP_OR, 0, FUTEX_OP_CMP_GE, 0)), 1);
	finish(id);
	CHECK_EQ(__futex(&second, FUTEX_WAKE_OP | flags, 0, NULL, &second, 0,
	    FUTEX_OP(FUTEX_OP_ANDN, 8, FUTEX_OP_CMP_NE, 0)), 0);
	CHECK_EQ(second, 0);
	CHECK_EQ(__futex(&second, FUTEX_WAKE_OP | flags, 0, NULL, &second, 0,
	    FUTEX_OP(FUTEX_OP_XOR, -1, FUTEX_OP_CMP_GT, 0)), 0);
	CHECK_EQ(second, -1);
	CHECK_ERRNO(__futex(&second, FUTEX_WAKE_OP | flags, 0, NULL, &second, 0, FUTEX_OP(7, 1, 0, 0)), ENOSYS);
	second = 0;
}

static void
test_errors(void)
{
	CHECK_ERRNO(__futex((int *)((char *)&word + 1), FUTEX_WAIT | flags, 0, NULL, NULL, 0, 0), EINVAL);
	CHECK_ERRNO(__futex((int *)8, FUTEX_WAIT | flags, 0, NULL, NULL, 0, 0), EFAULT);
	CHECK_ERRNO(__futex(&word, FUTEX_WAKE | flags, -1, NULL, NULL, 0, 0), EINVAL);
	CHECK_ERRNO(__futex(&word, FUTEX_FD, 0, NULL, NULL, 0, 0), ENOSYS);
	CHECK_ERRNO(__futex(&word, FUTEX_LOCK_PI, 0, NULL, NULL, 0, 0), ENOSYS);
	CHECK_ERRNO(__futex(&word, 99, 0, NULL, NULL, 0, 0), ENOSYS);
}

static void
test_timeouts(void)
{
	struct timespec t = { 0, 20000000 }, before, after;

	clock_gettime(CLOCK_MONOTONIC, &before);
	CHECK_ERRNO(__futex(&word, FUTEX_WAIT | flags, 0, &t, NULL, 0, 0), ETIMEDOUT);
	clock_gettime(CLOCK_MONOTONIC, &after);
	timespecsub(&after, &before, &after);
	CHECK(after.tv_sec == 0 && after.tv_nsec >= 20000000 && after.tv_nsec < 35000000);

	clock_gettime(CLOCK_REALTIME, &t);
	t.tv_sec += 5;
	CHECK_ERRNO(__futex(&word, FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME | flags, 0, &t, NULL, 0,
	    FUTEX_BITSET_MATCH_ANY), ETIMEDOUT);
	clock_gettime(CLOCK_REALTIME, &after);
	CHECK(after.tv_sec >= t.tv_sec && after.tv_sec <= t.tv_sec + 1);
	clock_gettime(CLOCK_MONOTONIC, &t);
	CHECK_ERRNO(__futex(&word, FUTEX_WAIT_BITSET | flags, 0, &t, NULL, 0, FUTEX_BITSET_MATCH_ANY), ETIMEDOUT);
	t.tv_nsec = -1;
	CHECK_ERRNO(__futex(&word, FUTEX_WAIT | flags, 0, &t, NULL, 0, 0), EINVAL);
}

static void
handler(int signo)
{
	(void)signo;
}

static void
test_signals(void)
{
	struct sigaction sa = { .sa_handler = handler };
	const struct itimerval soon = { { 0, 0 }, { 0, 5000 } };
	struct timespec t = { 1, 0 };

	sigaction(SIGALRM, &sa, NULL);
	setitimer(ITIMER_REAL, &soon, NULL);
	CHECK_ERRNO(__futex(&word, FUTEX_WAIT | flags, 0, NULL, NULL, 0, 0), EINTR);
	sa.sa_flags = SA_RESTART;
	sigaction(SIGALRM, &sa, NULL);
	setitimer(ITIMER_REAL, &soon, NULL);
	/* A duration cannot be waited for again. */
	CHECK_ERRNO(__futex(&word, FUTEX_WAIT | flags, 0, &t, NULL, 0, 0), EINTR);
	clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_nsec = t.tv_nsec / 2;
	t.tv_sec++;
	setitimer(ITIMER_REAL, &soon, NULL);
	CHECK_ERRNO(__futex(&word, FUTEX_WAIT_BITSET | flags, 0, &t, NULL, 0, FUTEX_BITSET_MATCH_ANY), ETIMEDOUT);
}

/* The same page at two addresses, in two processes; with the private flag they do not meet. */
static void
test_shared(void)
{
	volatile int *a = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANON, -1, 0);
	volatile int *b;
	int status;
	pid_t pid;

	CHECK(a != MAP_FAILED);
	pid = fork();
	if (pid == 0) {
		b = mremap((void *)(uintptr_t)a, 4096, (char *)(uintptr_t)a - (64 << 20), 4096, MAP_FIXED);
		CHECK(b != MAP_FAILED && b != a);
		CHECK_EQ(__futex(&b[3], FUTEX_WAIT, 0, NULL, NULL, 0, 0), 0);
		_exit(42);
	}
	pass_time(5);
	CHECK_EQ(__futex(&a[3], FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 9, NULL, NULL, 0, 0), 0);
	CHECK_EQ(__futex(&a[2], FUTEX_WAKE, 9, NULL, NULL, 0, 0), 0);
	CHECK_EQ(__futex(&a[3], FUTEX_WAKE, 9, NULL, NULL, 0, 0), 1);
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(WEXITSTATUS(status), 42);

	/* Private memory after a fork: the same address, but not the same futex. */
	pid = fork();
	if (pid == 0) {
		const struct timespec t = { 0, 30000000 };

		CHECK_ERRNO(__futex(&word, FUTEX_WAIT, 0, &t, NULL, 0, 0), ETIMEDOUT);
		_exit(0);
	}
	pass_time(5);
	CHECK_EQ(__futex(&word, FUTEX_WAKE, 9, NULL, NULL, 0, 0), 0);
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 0);
}

struct entry {
	struct entry *next;
	int word;
};

struct head {
	struct entry *list;
	long offset;
	struct entry *pending;
};

static struct entry *locks;
static volatile int go;

static void
dies_holding(void *argument)
{
	static struct head head;
	void *found;
	size_t size;

	(void)argument;
	head = (struct head){ .list = &locks[0], .offset = offsetof(struct entry, word), .pending = &locks[2] };
	locks[0] = (struct entry){ &locks[1], _lwp_self() | FUTEX_WAITERS };
	locks[1] = (struct entry){ (struct entry *)(void *)&head, 12345 };
	locks[2] = (struct entry){ NULL, _lwp_self() };
	CHECK_ERRNO(__futex_set_robust_list(&head, 23), EINVAL);
	CHECK_EQ(__futex_set_robust_list(&head, sizeof(head)), 0);
	CHECK_EQ(__futex_get_robust_list(0, &found, &size), 0);
	CHECK(found == &head && size == sizeof(head));
	await(&go);
}

static void
test_robust(void)
{
	lwpid_t id;
	int status;
	pid_t pid;

	locks = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANON, -1, 0);
	id = start(dies_holding, NULL, 0);
	pass_time(5);
	go = 1;
	CHECK_EQ(__futex(&locks[0].word, FUTEX_WAIT, id | FUTEX_WAITERS, NULL, NULL, 0, 0), 0);
	finish(id);
	CHECK_EQ(locks[0].word, FUTEX_WAITERS | FUTEX_OWNER_DIED);
	CHECK_EQ(locks[1].word, 12345);
	CHECK_EQ(locks[2].word, FUTEX_OWNER_DIED);

	/* The same when the process is killed. */
	memset(locks, 0, 4096);
	go = 0;
	pid = fork();
	if (pid == 0) {
		start(dies_holding, NULL, 0);
		pause();
	}
	while (locks[2].word == 0)
		pass_time(1);
	kill(pid, SIGKILL);
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(locks[0].word, FUTEX_WAITERS | FUTEX_OWNER_DIED);
	CHECK_EQ(locks[2].word, FUTEX_OWNER_DIED);
}

int
main(void)
{
	int i;

	for (i = 0; i < 2; i++) {
		flags = i == 0 ? 0 : FUTEX_PRIVATE_FLAG;
		test_wake();
		test_bitset();
		test_requeue();
		test_wake_op();
		test_errors();
		test_timeouts();
		test_signals();
	}
	test_shared();
	test_robust();
	return 0;
}
