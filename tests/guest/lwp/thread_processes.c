/* Threads and fork (spec C.22: only the caller is in the child), vfork (C.31: only the caller waits), exec, exit. */
#include <sys/mman.h>
#include <sys/wait.h>
#include <lwp.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

#define FORKS 5

extern char **environ;
static char *self;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static volatile int stop, allocations, prepared, in_parent, in_child;
static volatile int *shared;

static void
pass_time(long ms)
{
	const struct timespec t = { 0, ms * 1000000 };

	nanosleep(&t, NULL);
}

static int
wait_for(pid_t pid)
{
	int status;

	CHECK(pid > 0);
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	return status;
}

static int
exit_code(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void *
allocates(void *argument)
{
	FILE *null = fopen("/dev/null", "w");

	while (!stop) {
		void *p = malloc(10 + allocations % 1000);

		fprintf(null, "%p\n", p);
		free(p);
		allocations++;
		if (allocations % 16 == 0)
			sched_yield();
	}
	fclose(null);
	return argument;
}

static void *
nothing(void *argument)
{
	return argument;
}

static void
prepare(void)
{
	pthread_mutex_lock(&mutex);
	prepared++;
}

static void
parent(void)
{
	pthread_mutex_unlock(&mutex);
	in_parent++;
}

static void
child(void)
{
	pthread_mutex_unlock(&mutex);
	in_child++;
}

/* The child has one thread, a heap that works, and can make threads itself. */
static void
test_fork(void)
{
	pthread_t t[3], own;
	int i;
	pid_t pid;

	CHECK_EQ(pthread_atfork(prepare, parent, child), 0);
	for (i = 0; i < 3; i++)
		CHECK_EQ(pthread_create(&t[i], NULL, allocates, NULL), 0);
	for (i = 0; i < FORKS; i++) {
		for (int k = allocations + 20; allocations < k;)
			sched_yield();
		pid = fork();
		if (pid == 0) {
			int seen = allocations, k;

			CHECK_EQ(in_child, 1);
			for (k = 0; k < 20; k++) {
				free(malloc(100 * k));
				sched_yield();
			}
			CHECK_EQ(allocations, seen);
			CHECK_EQ(pthread_mutex_trylock(&mutex), 0);
			CHECK_EQ(pthread_kill(pthread_self(), 0), 0);
			CHECK_EQ(pthread_create(&own, NULL, nothing, NULL), 0);
			CHECK_EQ(pthread_join(own, NULL), 0);
			exit(0);
		}
		CHECK_EQ(wait_for(pid), 0);
	}
	CHECK_EQ(prepared, FORKS);
	CHECK_EQ(in_parent, FORKS);
	CHECK_EQ(in_child, 0);
	stop = 1;
	for (i = 0; i < 3; i++)
		CHECK_EQ(pthread_join(t[i], NULL), 0);
}

/* A thread that forks: its child's only one, under the process's number. */
static void *
forks(void *argument)
{
	pid_t pid = fork();

	if (pid == 0) {
		CHECK_EQ(pthread_kill(pthread_self(), 0), 0);
		pthread_exit(argument);
	}
	return (void *)(long)wait_for(pid);
}

static void
test_fork_in_thread(void)
{
	pthread_t t;
	void *result;

	CHECK_EQ(pthread_create(&t, NULL, forks, NULL), 0);
	CHECK_EQ(pthread_join(t, &result), 0);
	CHECK_EQ((long)result, 0);
}

static void *
vforks(void *argument)
{
	pid_t pid = vfork();

	if (pid == 0) {
		pass_time(20);
		shared[0] = shared[1];
		_exit(5);
	}
	shared[2] = shared[1];
	return (void *)(long)wait_for(pid);
}

/* Only the thread that calls vfork waits for the child. */
static void
test_vfork(void)
{
	pthread_t t;
	void *result;

	shared[1] = 0;
	CHECK_EQ(pthread_create(&t, NULL, vforks, NULL), 0);
	pass_time(5);
	shared[1] = 1;
	pass_time(1);
	CHECK_EQ(shared[2], 0);
	CHECK_EQ(pthread_join(t, &result), 0);
	CHECK_EQ(exit_code((int)(long)result), 5);
	CHECK_EQ(shared[0], 1);
	CHECK_EQ(shared[2], 1);
}

static void *
execs(void *argument)
{
	char *argv[] = { self, argument, NULL };

	pass_time(2);
	execve(self, argv, environ);
	CHECK_FAIL("exec failed, %d", errno);
}

static void *
sleeps(void *argument)
{
	pause();
	return argument;
}

/* A program run by another thread than the first has one LWP, the process's number, and nothing else runs. */
static void
test_exec(void)
{
	pthread_t t;
	pid_t pid = fork();

	if (pid == 0) {
		CHECK_EQ(pthread_create(&t, NULL, sleeps, NULL), 0);
		CHECK_EQ(pthread_create(&t, NULL, execs, (void *)(uintptr_t)"executed"), 0);
		pause();
	}
	CHECK_EQ(exit_code(wait_for(pid)), 33);
}

static void *
exits(void *argument)
{
	exit((int)(long)argument);
}

static void *
joins_first(void *argument)
{
	void *result;

	CHECK_EQ(pthread_join(*(pthread_t *)argument, &result), 0);
	CHECK(result == argument);
	CHECK(_lwp_self() != getpid());
	CHECK_EQ(kill(getpid(), 0), 0);
	exit(11);
}

static void *
ends_last(void *argument)
{
	pass_time(10);
	shared[3] = 1;
	return argument;
}

static void
test_exit(void)
{
	pthread_t t;
	pid_t pid = fork();

	if (pid == 0) {
		pthread_create(&t, NULL, sleeps, NULL);
		pthread_create(&t, NULL, exits, (void *)9);
		pause();
	}
	CHECK_EQ(exit_code(wait_for(pid)), 9);

	pid = fork();
	if (pid == 0) {
		pthread_create(&t, NULL, sleeps, NULL);
		exit(10);
	}
	CHECK_EQ(exit_code(wait_for(pid)), 10);

	/* The first thread is joined; its number remains the process's. */
	pid = fork();
	if (pid == 0) {
		static pthread_t first;

		first = pthread_self();
		pthread_create(&t, NULL, joins_first, &first);
		pthread_exit(&first);
	}
	CHECK_EQ(exit_code(wait_for(pid)), 11);

	/* The first thread ends, the process with the last one, and what was printed is written. */
	shared[3] = 0;
	pid = fork();
	if (pid == 0) {
		pthread_create(&t, NULL, ends_last, NULL);
		pthread_exit(NULL);
	}
	CHECK_EQ(wait_for(pid), 0);
	CHECK_EQ(shared[3], 1);
}

int
main(int argc, char **argv)
{
	if (argc > 1) {
		CHECK_EQ(pthread_kill(pthread_self(), 0), 0);
		CHECK_EQ(_lwp_self(), getpid());
		return 33;
	}
	self = realpath("/bin/thread_processes", NULL);
	CHECK(self != NULL && argv[0] != NULL);
	shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANON, -1, 0);
	CHECK(shared != MAP_FAILED);
	test_fork();
	test_fork_in_thread();
	test_vfork();
	test_exec();
	test_exit();
	return 0;
}
