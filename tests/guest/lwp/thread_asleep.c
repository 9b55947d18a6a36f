/* A process ends, or runs another program, while its threads sleep in every kind of call: nothing of them stays. */
#include <sys/event.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

extern char **environ;
static int empty[2], full[2], locked, ranged;
static sem_t *semaphore;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static volatile int started;

static void
pass_time(long ms)
{
	const struct timespec t = { 0, ms * 1000000 };

	nanosleep(&t, NULL);
}

static void *
sleeps(void *argument)
{
	struct flock range = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	struct pollfd p = { .fd = empty[0], .events = POLLIN };
	struct kevent event;
	char buffer[1024];
	sigset_t set;
	fd_set fds;
	int kq;

	__atomic_fetch_add(&started, 1, __ATOMIC_SEQ_CST);
	switch ((long)argument) {
	case 0:
		(void)read(empty[0], buffer, 1);
		break;
	case 1:
		for (;;)
			(void)write(full[1], buffer, sizeof(buffer));
	case 2:
		poll(&p, 1, -1);
		break;
	case 3:
		FD_ZERO(&fds);
		FD_SET(empty[0], &fds);
		select(empty[0] + 1, &fds, NULL, NULL, NULL);
		break;
	case 4:
		kq = kqueue();
		EV_SET(&event, empty[0], EVFILT_READ, EV_ADD, 0, 0, 0);
		kevent(kq, &event, 1, &event, 1, NULL);
		break;
	case 5:
		flock(open("/tmp/locked", O_RDWR), LOCK_EX);
		break;
	case 6:
		fcntl(open("/tmp/ranged", O_RDWR), F_SETLKW, &range);
		break;
	case 7:
		open("/tmp/fifo", O_RDONLY);
		break;
	case 8:
		open("/tmp/fifo2", O_WRONLY);
		break;
	case 9:
		sem_wait(semaphore);
		break;
	case 10:
		pthread_mutex_lock(&mutex);
		break;
	case 11:
		sigemptyset(&set);
		sigaddset(&set, SIGUSR1);
		sigtimedwait(&set, NULL, NULL);
		break;
	case 12:
		wait(NULL);
		break;
	case 13:
		if (vfork() == 0) {
			pass_time(40);
			_exit(0);
		}
		pause();
		break;
	case 14:
		sleep(1000);
		break;
	}
	CHECK_FAIL("case %ld woke", (long)argument);
}

enum { KINDS = 15 };

static void
test(int how)
{
	char *argv[] = { "thread_asleep", "executed", NULL };
	struct flock range = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	pthread_t t;
	int status, fd;
	pid_t pid;
	long i;

	CHECK_EQ(pipe(empty), 0);
	CHECK_EQ(pipe(full), 0);
	CHECK((locked = open("/tmp/locked", O_RDWR | O_CREAT, 0600)) != -1);
	CHECK_EQ(flock(locked, LOCK_EX), 0);
	CHECK((ranged = open("/tmp/ranged", O_RDWR | O_CREAT, 0600)) != -1);
	CHECK_EQ(fcntl(ranged, F_SETLK, &range), 0);
	pid = fork();
	if (pid == 0) {
		pthread_mutex_lock(&mutex);
		if (fork() == 0) {
			pass_time(30);
			_exit(0);
		}
		for (i = 0; i < KINDS; i++)
			CHECK_EQ(pthread_create(&t, NULL, sleeps, (void *)i), 0);
		while (started < KINDS)
			sched_yield();
		pass_time(10);
		if (how == 0)
			_exit(7);
		if (how == 1)
			execve("/bin/thread_asleep", argv, environ);
		kill(getpid(), SIGKILL);
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	if (how == 2)
		CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	else
		CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 7);
	/* Nobody is in the way. */
	CHECK_EQ(flock(locked, LOCK_UN), 0);
	CHECK((fd = open("/tmp/locked", O_RDWR)) != -1);
	CHECK_EQ(flock(fd, LOCK_EX | LOCK_NB), 0);
	close(fd);
	CHECK_ERRNO(open("/tmp/fifo", O_WRONLY | O_NONBLOCK), ENXIO);
	CHECK_ERRNO(open("/tmp/fifo2", O_WRONLY | O_NONBLOCK), ENXIO);
	CHECK_EQ(sem_post(semaphore), 0);
	CHECK_EQ(sem_trywait(semaphore), 0);
	CHECK_EQ(write(empty[1], "x", 1), 1);
	close(empty[0]), close(empty[1]), close(full[0]), close(full[1]), close(locked), close(ranged);
	pass_time(60);
}

int
main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1)
		return 7;
	CHECK_EQ(mkfifo("/tmp/fifo", 0600), 0);
	CHECK_EQ(mkfifo("/tmp/fifo2", 0600), 0);
	semaphore = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANON, -1, 0);
	CHECK_EQ(sem_init(semaphore, 1, 0), 0);
	for (int how = 0; how < 3; how++)
		test(how);
	return 0;
}
