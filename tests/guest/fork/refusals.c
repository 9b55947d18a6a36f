/*
 * How fork refuses (spec C.3, C.4): where it sleeps, that nothing wakes it, what is logged, how forkfsleep is rounded,
 * root's reserve if it is wanted (quirk Q1), and that set*id calls move a process from user to user.
 */
#include <signal.h>
#include <time.h>

#include "nproc.h"
#include "proc2.h"

static int
try_to_set(const char *name, int value)
{
	return sysctlbyname(name, NULL, NULL, &value, sizeof(value));
}

static int
get(const char *name)
{
	int value = -1;
	size_t size = sizeof(value);

	CHECK_EQ(sysctlbyname(name, &value, &size, NULL, 0), 0);
	return value;
}

static int
messages(void)
{
	static char text[65536];
	size_t size = sizeof(text) - 1;
	int n = 0;

	memset(text, 0, sizeof(text));
	CHECK_EQ(sysctlbyname("kern.msgbuf", text, &size, NULL, 0), 0);
	for (char *at = text; (at = strstr(at, "table is full")) != NULL; at++)
		n++;
	return n;
}

static long
now_ms(void)
{
	struct timespec t;

	CHECK_EQ(clock_gettime(CLOCK_MONOTONIC, &t), 0);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Milliseconds are kept as ticks of 10 ms: rounded down, but what is not 0 is not made 0. */
static void
test_rounding(void)
{
	static const int values[][2] = { { 15, 10 }, { 3, 10 }, { 1, 10 }, { 10, 10 }, { 29, 20 }, { 20000, 20000 }, { 0, 0 } };

	for (unsigned i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		set("kern.forkfsleep", values[i][0]);
		CHECK_EQ(get("kern.forkfsleep"), values[i][1]);
	}
	CHECK_EQ(try_to_set("kern.forkfsleep", -1), -1);
	CHECK_EQ(errno, EINVAL);
	CHECK_EQ(try_to_set("kern.forkfsleep", 20001), -1);
	CHECK_EQ(errno, EINVAL);
	CHECK_EQ(get("kern.forkfsleep"), 0);
	CHECK_EQ(try_to_set("kern.maxproc", -1), -1);
	CHECK_EQ(errno, EINVAL);
	CHECK_EQ(try_to_set("kern.maxproc", 30000), -1);
	CHECK_EQ(errno, EINVAL);
}

static volatile int caught;

static void
on_signal(int signo)
{
	caught = signo;
}

/* A process that is refused sleeps for its time, and neither a handler nor SIGKILL shortens that. */
static void
test_sleep(int maxproc, const char *where, int kill_it)
{
	struct baton go = new_baton();
	int before = get("kern.maxproc"), status;
	long start;
	pid_t pid = fork();

	if (pid == 0) {
		signal(SIGTERM, on_signal);
		if (!maxproc) {
			limit(0);
			CHECK_EQ(setuid(1000), 0);
		}
		await(go);
		start = now_ms();
		CHECK_ERRNO(fork(), EAGAIN);
		CHECK(now_ms() - start >= 200);
		CHECK_EQ(caught, SIGTERM);
		_exit(7);
	}
	set("kern.forkfsleep", 200);
	if (maxproc)
		set("kern.maxproc", 2);
	pass(go);
	UNTIL(strcmp(process(pid).p_wmesg, where) == 0);
	CHECK_EQ(process(pid).p_stat, LSSLEEP);
	CHECK(!(process(pid).p_flag & 0x80));	/* P_SINTR: it can not be disturbed */
	start = now_ms();
	CHECK_EQ(kill(pid, kill_it ? SIGKILL : SIGTERM), 0);
	for (int i = 0; i < 10; i++)
		sched_yield();
	CHECK_STR(((struct kinfo_proc2[]){ process(pid) })->p_wmesg, where);
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK(now_ms() - start > 150);
	CHECK_EQ(status, kill_it ? SIGKILL : 7 << 8);
	set("kern.maxproc", before);
	set("kern.forkfsleep", 0);
}

/* Only the system's limit has something to say, and only once in 10 s. */
static void
test_log(void)
{
	int before = get("kern.maxproc"), said = messages();
	const struct timespec nine = { 9, 0 }, two = { 2, 0 };
	pid_t pid = fork();

	if (pid == 0) {
		limit(0);
		CHECK_EQ(setuid(1000), 0);
		_exit(can_fork());
	}
	expect_exit(pid, 0);
	CHECK_EQ(messages(), said);
	nanosleep(&nine, NULL);
	nanosleep(&two, NULL);
	set("kern.maxproc", 2);
	CHECK(!can_fork());
	CHECK_EQ(messages(), said + 1);
	nanosleep(&nine, NULL);
	CHECK(!can_fork());
	CHECK_EQ(messages(), said + 1);
	nanosleep(&two, NULL);
	CHECK(!can_fork());
	CHECK_EQ(messages(), said + 2);
	set("kern.maxproc", before);
}

/* The last five slots are root's, if NetBSD's intention is asked for; as it is, they are anybody's. */
static void
test_reserve(int intended)
{
	int before = get("kern.maxproc"), smallest;
	pid_t pid;

	set("debug.root_reserve", intended);
	CHECK_EQ(get("debug.root_reserve"), intended);
	for (smallest = 2; ; smallest++) {
		set("kern.maxproc", smallest);
		if (can_fork())
			break;
	}
	/* One process more than that, of a user, who is refused while only five slots are left. */
	for (int more = 1; more <= 7; more++) {
		set("kern.maxproc", smallest + more);
		pid = fork();
		if (pid == 0) {
			CHECK_EQ(setuid(1000), 0);
			_exit(can_fork());
		}
		expect_exit(pid, intended ? more > 5 : 1);
	}
	set("kern.maxproc", before);
	set("debug.root_reserve", 0);
}

/* The count is of the real uid, and follows it at once, without a look at the limit. */
static void
test_moving(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		/* Two processes, of 1001 and of 1002 in turns. */
		struct baton go = new_baton(), done = new_baton();
		pid_t other = fork();

		if (other == 0) {
			await(go);
			CHECK_EQ(setreuid(1001, -1), 0);
			pass(done);
			await(go);
			CHECK_EQ(setuid(1002), 0);
			pass(done);
			await(go);
			_exit(0);
		}
		limit(1);
		CHECK_EQ(setreuid(1001, -1), 0);
		CHECK_EQ(seteuid(1001), 0);
		CHECK(!can_fork());
		limit(2);
		CHECK(can_fork());
		pass(go);
		await(done);
		CHECK(!can_fork());
		limit(3);
		CHECK(can_fork());
		limit(2);
		pass(go);
		await(done);
		CHECK(can_fork());
		/* As 1002 it is one of two. */
		CHECK_EQ(seteuid(0), 0);
		limit(1);
		CHECK_EQ(setuid(1002), 0);
		CHECK(!can_fork());
		limit(2);
		CHECK(!can_fork());
		limit(3);
		CHECK(can_fork());
		/* A zombie is still its user's. */
		limit(2);
		pass(go);
		UNTIL(process(other).p_stat == 5);	/* LSZOMB */
		CHECK(!can_fork());
		expect_exit(other, 0);
		CHECK(can_fork());
		_exit(0);
	}
	expect_exit(pid, 0);

	/* Root's processes are many. Who is one of them without its powers is bound by their number. */
	pid = fork();
	if (pid == 0) {
		CHECK_EQ(setreuid(0, 1000), 0);
		CHECK_EQ(getuid(), 0);
		limit(2);
		CHECK(!can_fork());
		limit(50);
		CHECK(can_fork());
		_exit(0);
	}
	expect_exit(pid, 0);
}

int
main(void)
{
	test_rounding();
	for (int kill_it = 0; kill_it < 2; kill_it++) {
		test_sleep(1, "forkmx", kill_it);
		test_sleep(0, "forkulim", kill_it);
	}
	test_log();
	test_reserve(0);
	test_reserve(1);
	test_moving();
	return 0;
}
