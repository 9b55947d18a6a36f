/* Signals: to a thread, to the process, masks, stops, a death that takes all along. */
#include <sys/wait.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

#define THREADS 4

static volatile pthread_t handled_by;
static volatile int handled, go, ready, counter;

static void
handler(int signo)
{
	(void)signo;
	handled_by = pthread_self();
	handled++;
}

static void
pass_time(long ms)
{
	const struct timespec t = { 0, ms * 1000000 };

	nanosleep(&t, NULL);
}

static void *
blocks(void *argument)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	if (argument != NULL)
		CHECK_EQ(pthread_sigmask(SIG_BLOCK, &set, NULL), 0);
	__atomic_fetch_add(&ready, 1, __ATOMIC_SEQ_CST);
	while (!go)
		pass_time(1);
	return NULL;
}

/* A signal for the process goes to one that does not block it, asleep or not. */
static void
test_process(void)
{
	pthread_t t[THREADS], open;
	sigset_t set;
	int i;

	go = ready = handled = 0;
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	for (i = 0; i < THREADS; i++)
		CHECK_EQ(pthread_create(&t[i], NULL, blocks, t), 0);
	CHECK_EQ(pthread_create(&open, NULL, blocks, NULL), 0);
	CHECK_EQ(pthread_sigmask(SIG_BLOCK, &set, NULL), 0);
	while (ready < THREADS + 1)
		sched_yield();
	for (i = 1; i <= 10; i++) {
		CHECK_EQ(kill(getpid(), SIGUSR1), 0);
		while (handled < i)
			pass_time(1);
		CHECK(handled_by == open);
	}
	CHECK_EQ(pthread_kill(t[1], SIGUSR1), 0);
	pass_time(5);
	CHECK_EQ(handled, 10);
	go = 1;
	for (i = 0; i < THREADS; i++)
		CHECK_EQ(pthread_join(t[i], NULL), 0);
	CHECK_EQ(pthread_join(open, NULL), 0);

	/* All block it: it stays pending, for whoever unblocks it first. */
	CHECK_EQ(kill(getpid(), SIGUSR1), 0);
	CHECK_EQ(handled, 10);
	go = ready = 0;
	CHECK_EQ(pthread_sigmask(SIG_UNBLOCK, &set, NULL), 0);
	CHECK_EQ(handled, 11);
	CHECK(handled_by == pthread_self());
}

static void *
waits(void *argument)
{
	sigset_t set;
	int signo = 0;

	(void)argument;
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	CHECK_EQ(sigwait(&set, &signo), 0);
	return (void *)(long)signo;
}

static void
test_sigwait(void)
{
	pthread_t t;
	sigset_t set;
	void *result;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	CHECK_EQ(pthread_sigmask(SIG_BLOCK, &set, NULL), 0);
	CHECK_EQ(pthread_create(&t, NULL, waits, NULL), 0);
	pass_time(2);
	CHECK_EQ(kill(getpid(), SIGUSR2), 0);
	CHECK_EQ(pthread_join(t, &result), 0);
	CHECK_EQ((long)result, SIGUSR2);
	CHECK_EQ(pthread_sigmask(SIG_SETMASK, NULL, &set), 0);
	CHECK(sigismember(&set, SIGUSR2));
}

static void *
counts(void *argument)
{
	(void)argument;
	for (;;) {
		counter++;
		pass_time(1);
	}
	return NULL;
}

/* A stop stops all of them, and SIGCONT lets all go on; a death is everybody's. */
static void
test_stop(void)
{
	int status, fds[2], seen, i;
	pthread_t t;
	pid_t pid;

	CHECK_EQ(pipe(fds), 0);
	pid = fork();
	if (pid == 0) {
		for (i = 0; i < 3; i++)
			CHECK_EQ(pthread_create(&t, NULL, counts, NULL), 0);
		for (;;) {
			pass_time(2);
			seen = counter;
			(void)write(fds[1], &seen, sizeof(seen));
		}
	}
	close(fds[1]);
	CHECK_EQ(read(fds[0], &seen, sizeof(seen)), sizeof(seen));
	CHECK_EQ(kill(pid, SIGSTOP), 0);
	CHECK_EQ(waitpid(pid, &status, WUNTRACED), pid);
	CHECK(WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP);
	pass_time(30);
	CHECK_EQ(waitpid(pid, &status, WNOHANG | WUNTRACED), 0);
	CHECK_EQ(kill(pid, SIGCONT), 0);
	for (i = 0; i < 20; i++)
		CHECK_EQ(read(fds[0], &seen, sizeof(seen)), sizeof(seen));
	CHECK(seen >= 20);
	CHECK_EQ(kill(pid, SIGTERM), 0);
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
	while (read(fds[0], &seen, sizeof(seen)) > 0)
		continue;
	close(fds[0]);
}

static void *
faults(void *argument)
{
	*(volatile int *)argument = 1;
	return NULL;
}

static void *
sleeps(void *argument)
{
	pause();
	return argument;
}

static void
test_fault(void)
{
	pthread_t t;
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		pthread_create(&t, NULL, sleeps, NULL);
		pthread_create(&t, NULL, faults, (void *)16);
		pause();
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
}

static void *
overflows(void *argument)
{
	volatile char fill[4096];

	fill[0] = 1;
	fill[4095] = *(volatile char *)overflows((void *)(uintptr_t)fill);
	return argument;
}

/* Below a thread's stack there is nothing. */
static void
test_guard(void)
{
	pthread_attr_t attr;
	pthread_t t;
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		pthread_attr_init(&attr);
		pthread_attr_setstacksize(&attr, 65536);
		pthread_create(&t, &attr, overflows, NULL);
		pause();
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
}

int
main(void)
{
	signal(SIGUSR1, handler);
	CHECK_EQ(pthread_kill(pthread_self(), SIGUSR1), 0);
	CHECK(handled_by == pthread_self());
	CHECK_EQ(pthread_kill(pthread_self(), 77), EINVAL);
	test_process();
	test_sigwait();
	test_stop();
	test_fault();
	test_guard();
	return 0;
}
