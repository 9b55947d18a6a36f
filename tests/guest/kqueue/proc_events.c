/* EVFILT_PROC: fork, exec, exit, in that order; who may watch whom (spec C.27; NetBSD's t_proc1). */
#include <sys/syscall.h>
#include <spawn.h>

#include "kq.h"

extern char **environ;

static void
child(int go)
{
	char c, number[16];
	pid_t pid;

	CHECK_EQ(read(go, &c, 1), 1);
	pid = fork();
	if (pid == 0)
		_exit(0);
	expect_exit(pid, 0);
	CHECK_EQ(read(go, &c, 1), 1);
	snprintf(number, sizeof(number), "%d", go);
	execl("/bin/proc_events", "proc_events", number, (char *)NULL);
	_exit(99);
}

static void
test_order(void)
{
	int kq = kqueue(), go[2];
	struct kevent kev;
	pid_t pid;

	CHECK_EQ(pipe(go), 0);
	pid = fork();
	if (pid == 0)
		child(go[0]);
	CHECK_EQ(change(kq, pid, EVFILT_PROC, EV_ADD, NOTE_FORK | NOTE_EXEC | NOTE_EXIT, 0), 0);
	expect_none(kq);
	CHECK_EQ(write(go[1], "1", 1), 1);
	kev = expect(kq, pid, EVFILT_PROC);
	CHECK_EQ(kev.fflags, NOTE_FORK);
	CHECK_EQ(kev.data, 0);
	CHECK_EQ(kev.flags & (EV_CLEAR | EV_EOF), EV_CLEAR);
	expect_none(kq);
	CHECK_EQ(write(go[1], "2", 1), 1);
	CHECK_EQ(expect(kq, pid, EVFILT_PROC).fflags, NOTE_EXEC);
	CHECK_EQ(write(go[1], "3", 1), 1);
	kev = expect(kq, pid, EVFILT_PROC);
	CHECK_EQ(kev.fflags, NOTE_EXIT);
	CHECK_EQ(kev.data, 23 << 8);
	CHECK_EQ(kev.flags & (EV_EOF | EV_ONESHOT), EV_EOF | EV_ONESHOT);
	expect_none(kq);
	/* A zombie is nobody to watch. */
	CHECK_EQ(change(kq, pid, EVFILT_PROC, EV_ADD, NOTE_EXIT, 0), ESRCH);
	expect_exit(pid, 23);
	CHECK_EQ(change(kq, pid, EVFILT_PROC, EV_ADD, NOTE_EXIT, 0), ESRCH);
	close(kq);
}

/* What is not collected in time is told at once; and the exit is always told. */
static void
test_together(void)
{
	int kq = kqueue(), go[2];
	struct kevent kev;
	pid_t pid;
	char c;

	CHECK_EQ(pipe(go), 0);
	pid = fork();
	if (pid == 0) {
		CHECK_EQ(read(go[0], &c, 1), 1);
		pid = vfork();
		if (pid == 0)
			_exit(0);
		expect_exit(pid, 0);
		raise(SIGKILL);
	}
	CHECK_EQ(change(kq, pid, EVFILT_PROC, EV_ADD, NOTE_FORK, 0), 0);
	CHECK_EQ(write(go[1], "1", 1), 1);
	CHECK_EQ(waitpid(pid, NULL, 0), pid);
	kev = expect(kq, pid, EVFILT_PROC);
	CHECK_EQ(kev.fflags, NOTE_FORK);
	CHECK_EQ(kev.data, SIGKILL);
	CHECK(kev.flags & EV_EOF);
	expect_none(kq);
	CHECK_EQ(change(kq, pid, EVFILT_PROC, EV_DELETE, 0, 0), ENOENT);
	close(kq);
}

/* A program cannot ask for NOTE_CHILD; a note that was deleted tells nothing. */
static void
test_asked(void)
{
	int kq = kqueue();
	pid_t pid;

	CHECK_EQ(change(kq, getpid(), EVFILT_PROC, EV_ADD, NOTE_CHILD, 0), 0);
	pid = fork();
	if (pid == 0)
		_exit(0);
	expect_exit(pid, 0);
	expect_none(kq);
	CHECK_EQ(change(kq, getpid(), EVFILT_PROC, EV_ADD, NOTE_FORK, 0), 0);	/* changes the note there is */
	pid = fork();
	if (pid == 0)
		_exit(0);
	expect_exit(pid, 0);
	CHECK_EQ(expect(kq, getpid(), EVFILT_PROC).fflags, NOTE_FORK);
	expect_none(kq);
	CHECK_EQ(change(kq, getpid(), EVFILT_PROC, EV_DELETE, 0, 0), 0);
	pid = fork();
	if (pid == 0)
		_exit(0);
	expect_exit(pid, 0);
	expect_none(kq);
	close(kq);
}

/* A fork that fails is no event, and one by posix_spawn is none either. */
static void
test_not_forks(void)
{
	int kq = kqueue();
	char *args[] = { "proc_events", "-1", NULL };
	pid_t pid;

	CHECK_EQ(change(kq, getpid(), EVFILT_PROC, EV_ADD, NOTE_FORK | NOTE_TRACK, 0), 0);
	CHECK_ERRNO(syscall(SYS___clone, 0x2000, 0), EINVAL);
	CHECK_EQ(posix_spawn(&pid, "/bin/proc_events", NULL, NULL, args, environ), 0);
	expect_exit(pid, 24);
	expect_none(kq);
	close(kq);
}

static void
test_permission(void)
{
	pid_t pid = fork();
	int kq;

	if (pid == 0) {
		CHECK_EQ(setuid(1234), 0);
		kq = kqueue();
		CHECK_EQ(change(kq, getppid(), EVFILT_PROC, EV_ADD, NOTE_EXIT, 0), EACCES);	/* root's */
		/* Not even itself, having changed its ids. */
		CHECK_EQ(change(kq, getpid(), EVFILT_PROC, EV_ADD, NOTE_EXIT, 0), EACCES);
		_exit(0);
	}
	expect_exit(pid, 0);
}

int
main(int argc, char **argv)
{
	char c;

	if (argc > 1)
		return read(atoi(argv[1]), &c, 1) == 1 ? 23 : 24;
	test_order();
	test_together();
	test_asked();
	test_not_forks();
	test_permission();
	return 0;
}
