/*
 * A family to be looked at: a child that shares pages copy-on-write, shared memory, a pipe, a signal that is caught
 * and one that is pending, and a vfork child in its parent's address space. At each mark the test looks.
 */
#include <sys/mman.h>
#include <fcntl.h>
#include <signal.h>

#include "../cow/mark.h"
#include "../fork/baton.h"

#define PAGE 4096

static volatile sig_atomic_t caught;

static void
handler(int signo)
{
	caught = signo;
}

int
main(void)
{
	struct baton a = new_baton();
	volatile char *private, *shared;
	sigset_t set;
	pid_t pid;
	int fd;

	private = mmap(NULL, 64 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
	shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANON, -1, 0);
	CHECK(private != MAP_FAILED && shared != MAP_FAILED);
	private[0] = private[63 * PAGE] = 1;	/* far apart: fork shares their table whole */
	shared[0] = 2;
	fd = open("/tmp/file", O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	CHECK(fd >= 0);
	CHECK_EQ(write(fd, "hello", 5), 5);
	CHECK(signal(SIGUSR1, handler) != SIG_ERR);
	CHECK(signal(SIGUSR2, SIG_IGN) != SIG_ERR);
	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	CHECK_EQ(sigprocmask(SIG_BLOCK, &set, NULL), 0);
	CHECK_EQ(kill(getpid(), SIGHUP), 0);
	mark(0, private);		/* one process */
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		await(a);
		private[0] = 3;
		mark(2, private);	/* the child has a copy now */
		_exit(private[0] != 3 || shared[0] != 2);
	}
	mark(1, private);		/* private[0] is shared copy-on-write */
	mark(10, shared);
	pass(a);
	expect_exit(pid, 0);
	pid = vfork();
	CHECK(pid >= 0);
	if (pid == 0) {
		mark(3, private);	/* two processes, one space */
		_exit(0);
	}
	mark(4, private);		/* the vfork child is a zombie */
	expect_exit(pid, 0);
	return private[0] != 1;
}
