/* Semaphores: between threads, between processes, named. */
#include <sys/mman.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

static sem_t full, empty;
static int slot;
static long sum;

static void *
makes(void *argument)
{
	int i;

	for (i = 1; i <= 200; i++) {
		CHECK_EQ(sem_wait(&empty), 0);
		slot = i;
		CHECK_EQ(sem_post(&full), 0);
	}
	return argument;
}

static void
test_threads(void)
{
	pthread_t t;
	int i, value;

	CHECK_EQ(sem_init(&full, 0, 0), 0);
	CHECK_EQ(sem_init(&empty, 0, 1), 0);
	CHECK_ERRNO(sem_init(&empty, 0, 0x80000000u), EINVAL);
	CHECK_EQ(pthread_create(&t, NULL, makes, NULL), 0);
	for (i = 1; i <= 200; i++) {
		CHECK_EQ(sem_wait(&full), 0);
		sum += slot;
		CHECK_EQ(sem_post(&empty), 0);
	}
	CHECK_EQ(pthread_join(t, NULL), 0);
	CHECK_EQ(sum, 200 * 201 / 2);
	CHECK_EQ(sem_getvalue(&empty, &value), 0);
	CHECK_EQ(value, 1);
	CHECK_ERRNO(sem_trywait(&full), EAGAIN);
	CHECK_EQ(sem_destroy(&full), 0);
}

static void
handler(int signo)
{
	(void)signo;
}

static void
test_ends(void)
{
	struct timespec t, now;
	struct sigaction sa = { .sa_handler = handler };

	CHECK_EQ(sem_init(&full, 0, 0), 0);
	clock_gettime(CLOCK_REALTIME, &t);
	t.tv_sec += 2;
	CHECK_ERRNO(sem_timedwait(&full, &t), ETIMEDOUT);
	clock_gettime(CLOCK_REALTIME, &now);
	CHECK(now.tv_sec >= t.tv_sec);
	sigaction(SIGALRM, &sa, NULL);
	ualarm(1000, 0);
	CHECK_ERRNO(sem_wait(&full), EINTR);
}

static void
test_processes(void)
{
	sem_t *s = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANON, -1, 0);
	int status;
	pid_t pid;

	CHECK_EQ(sem_init(&s[0], 1, 0), 0);
	CHECK_EQ(sem_init(&s[1], 1, 0), 0);
	pid = fork();
	if (pid == 0) {
		CHECK_EQ(sem_wait(&s[0]), 0);
		CHECK_EQ(sem_post(&s[1]), 0);
		_exit(0);
	}
	CHECK_EQ(sem_post(&s[0]), 0);
	CHECK_EQ(sem_wait(&s[1]), 0);
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 0);
}

static void
test_named(void)
{
	sem_t *a, *b;
	int status, value;
	pid_t pid;

	CHECK(sem_open("/none", 0) == SEM_FAILED && errno == ENOENT);
	CHECK(sem_open("/a/b", O_CREAT, 0600, 0) == SEM_FAILED && errno == EINVAL);
	a = sem_open("/one", O_CREAT | O_EXCL, 0600, 2);
	CHECK(a != SEM_FAILED);
	CHECK(sem_open("/one", O_CREAT | O_EXCL, 0600, 2) == SEM_FAILED && errno == EEXIST);
	b = sem_open("/one", O_CREAT, 0600, 7);
	CHECK(b == a);
	CHECK_EQ(sem_wait(a), 0);
	CHECK_EQ(sem_wait(a), 0);
	pid = fork();
	if (pid == 0) {
		CHECK_EQ(sem_close(a), 0);
		CHECK_EQ(sem_close(a), 0);
		CHECK((b = sem_open("/one", 0)) != SEM_FAILED);
		CHECK_EQ(sem_post(b), 0);
		_exit(0);
	}
	CHECK_EQ(sem_wait(a), 0);
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 0);
	CHECK_EQ(sem_unlink("/one"), 0);
	CHECK_ERRNO(sem_unlink("/one"), ENOENT);
	/* It lives on without its name. */
	CHECK_EQ(sem_post(a), 0);
	CHECK_EQ(sem_getvalue(b, &value), 0);
	CHECK_EQ(value, 1);
	CHECK_EQ(sem_close(a), 0);
	CHECK_EQ(sem_close(b), 0);
	CHECK_ERRNO(sem_close(b), EINVAL);
}

int
main(void)
{
	test_threads();
	test_ends();
	test_processes();
	test_named();
	return 0;
}
