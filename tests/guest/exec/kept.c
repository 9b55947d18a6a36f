/* What a process keeps over exec, and what it loses (spec A.8, C.8, C.22, C.28). */
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <lwp.h>
#include <signal.h>
#include <time.h>

#include "exec.h"

static void handler(int signo) { _exit(99); }

struct expectation {
	pid_t pid, parent, group, session;
	int kept, closed;
	timer_t timer;
	void *mapped;
};

/* The new program. */
static int
look(const char *text)
{
	struct expectation e;
	struct sigaction action;
	struct itimerval timer;
	struct itimerspec spec;
	struct rlimit limit;
	sigset_t mask, pending;
	stack_t ss;
	char cwd[64], vec;

	CHECK_EQ(sscanf(text, "%d,%d,%d,%d,%d,%d,%d,%p", &e.pid, &e.parent, &e.group, &e.session, &e.kept, &e.closed,
	    (int *)&e.timer, &e.mapped), 8);
	CHECK_EQ(getpid(), e.pid);
	CHECK_EQ(_lwp_self(), e.pid);
	CHECK_EQ(getppid(), e.parent);
	CHECK_EQ(getpgrp(), e.group);
	CHECK_EQ(getsid(0), e.session);
	CHECK(fcntl(e.kept, F_GETFD) == 0);
	CHECK_ERRNO(fcntl(e.closed, F_GETFD), EBADF);
	CHECK_EQ(lseek(e.kept, 0, SEEK_CUR), 3);
	/* Caught signals have their default action, ignored ones stay so; but not SIGCHLD. */
	CHECK_EQ(sigaction(SIGUSR1, NULL, &action), 0);
	CHECK(action.sa_handler == SIG_DFL && action.sa_flags == SA_RESTART);
	CHECK(!sigismember(&action.sa_mask, SIGHUP));
	CHECK_EQ(sigaction(SIGUSR2, NULL, &action), 0);
	CHECK(action.sa_handler == SIG_IGN);
	CHECK_EQ(sigaction(SIGCHLD, NULL, &action), 0);
	CHECK(action.sa_handler == SIG_DFL);
	CHECK_EQ(sigaction(SIGWINCH, NULL, &action), 0);
	CHECK(action.sa_handler == SIG_DFL);
	kill(getpid(), SIGUSR2);
	kill(getpid(), SIGWINCH);
	/* The mask and what is pending. */
	CHECK_EQ(sigprocmask(SIG_SETMASK, NULL, &mask), 0);
	CHECK(sigismember(&mask, SIGTERM) && sigismember(&mask, SIGHUP) && !sigismember(&mask, SIGUSR1));
	CHECK_EQ(sigpending(&pending), 0);
	CHECK(sigismember(&pending, SIGTERM) && !sigismember(&pending, SIGHUP));
	CHECK_EQ(sigaltstack(NULL, &ss), 0);
	CHECK_EQ(ss.ss_flags, SS_DISABLE);
	/* BSD's timers go on, POSIX's are gone. */
	CHECK_EQ(getitimer(ITIMER_REAL, &timer), 0);
	CHECK(timer.it_value.tv_sec >= 900);
	CHECK_ERRNO(timer_gettime(e.timer, &spec), EINVAL);
	/* Places and limits. */
	CHECK_STR(getcwd(cwd, sizeof(cwd)), "/tmp");
	CHECK_EQ(umask(0), 031);
	CHECK_EQ(getpriority(PRIO_PROCESS, 0), 4);
	CHECK_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
	CHECK_EQ(limit.rlim_cur, 50);
	/* Old memory. */
	CHECK_ERRNO(mincore(e.mapped, 4096, &vec), ENOMEM);
	/* A child from before can be waited for. */
	CHECK(wait(NULL) > 0);
	/* And the children of this program leave zombies again. */
	pid_t pid = fork();
	if (pid == 0)
		_exit(5);
	int status;
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 5 << 8);
	return 61;
}

static int
prepare_and_exec(void)
{
	static char alternate[SIGSTKSZ];
	stack_t ss = { .ss_sp = alternate, .ss_size = sizeof(alternate) };
	struct sigaction action = { .sa_handler = handler, .sa_flags = SA_ONSTACK };
	struct itimerval timer = { .it_value = { 1000, 0 } };
	struct sigevent event = { .sigev_notify = SIGEV_NONE };
	struct rlimit limit = { 50, 50 };
	struct expectation e;
	char text[128], *argv[] = { "kept", text, NULL };
	sigset_t mask;

	e.pid = getpid();
	e.parent = getppid();
	CHECK_EQ(setpgid(0, 0), 0);
	e.group = getpgrp();
	e.session = getsid(0);
	e.kept = open("/tmp/kept", O_RDWR | O_CREAT, 0644);
	CHECK_EQ(write(e.kept, "abc", 3), 3);
	e.closed = open("/tmp/kept", O_RDONLY);
	CHECK_EQ(fcntl(e.closed, F_SETFD, FD_CLOEXEC), 0);
	sigemptyset(&action.sa_mask);
	sigaddset(&action.sa_mask, SIGHUP);
	CHECK_EQ(sigaction(SIGUSR1, &action, NULL), 0);
	CHECK_EQ(sigaction(SIGWINCH, &action, NULL), 0);
	CHECK_EQ(sigaction(SIGTERM, &action, NULL), 0);
	CHECK(signal(SIGUSR2, SIG_IGN) != SIG_ERR);
	CHECK(signal(SIGCHLD, SIG_IGN) != SIG_ERR);
	CHECK_EQ(sigaltstack(&ss, NULL), 0);
	sigemptyset(&mask);
	sigaddset(&mask, SIGTERM);
	sigaddset(&mask, SIGHUP);
	CHECK_EQ(sigprocmask(SIG_SETMASK, &mask, NULL), 0);
	kill(getpid(), SIGTERM);
	CHECK_EQ(setitimer(ITIMER_REAL, &timer, NULL), 0);
	CHECK_EQ(timer_create(CLOCK_MONOTONIC, &event, &e.timer), 0);
	CHECK_EQ(chdir("/tmp"), 0);
	umask(031);
	CHECK_EQ(setpriority(PRIO_PROCESS, 0, 4), 0);
	CHECK_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
	e.mapped = mmap((void *)0x2000000000, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANON | MAP_FIXED, -1, 0);
	CHECK(e.mapped != MAP_FAILED);
	*(char *)e.mapped = 1;
	if (fork() == 0) {
		usleep(1000);
		_exit(0);
	}
	snprintf(text, sizeof(text), "%d,%d,%d,%d,%d,%d,%d,%p", e.pid, e.parent, e.group, e.session, e.kept, e.closed,
	    (int)(intptr_t)e.timer, e.mapped);
	execve("/bin/kept", argv, no_environment);
	return 1;
}

/* The parent may move a child to another group until it has executed something. */
static void
test_group_change(void)
{
	int to_parent[2], to_child[2], status;
	char *argv[] = { "kept", NULL, NULL }, fds[32], c;
	pid_t pid;

	CHECK_EQ(pipe(to_parent), 0);
	CHECK_EQ(pipe(to_child), 0);
	pid = fork();
	if (pid == 0) {
		CHECK_EQ(read(to_child[0], &c, 1), 1);
		snprintf(fds, sizeof(fds), "w%d,%d", to_parent[1], to_child[0]);
		argv[1] = fds;
		execve("/bin/kept", argv, no_environment);
		_exit(1);
	}
	CHECK_EQ(setpgid(pid, pid), 0);
	CHECK_EQ(setpgid(pid, getpgrp()), 0);
	CHECK_EQ(write(to_child[1], "x", 1), 1);
	CHECK_EQ(read(to_parent[0], &c, 1), 1);
	CHECK_ERRNO(setpgid(pid, pid), EACCES);
	CHECK_EQ(write(to_child[1], "x", 1), 1);
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 62 << 8);
}

int
main(int argc, char **argv)
{
	pid_t pid;
	int status, out, in;
	char c;

	if (argc == 2 && sscanf(argv[1], "w%d,%d", &out, &in) == 2) {
		write(out, "x", 1);
		read(in, &c, 1);
		return 62;
	}
	if (argc == 2)
		return look(argv[1]);
	pid = fork();
	if (pid == 0)
		_exit(prepare_and_exec());
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 61 << 8);
	test_group_change();
	return 0;
}
