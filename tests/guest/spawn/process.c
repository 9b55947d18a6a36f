/* What kind of process posix_spawn makes, what it refuses, and how it ends (spec C.33). */
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysctl.h>
#include <sys/time.h>
#include <uvm/uvm_extern.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <limits.h>
#include <lwp.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

#include "check.h"

extern char **environ;
static const char self[] = "/bin/process";
static volatile int chld;
static volatile pid_t chld_pid;

static int
as_child(char **argv)
{
	struct itimerval timer;

	if (strcmp(argv[1], "exit") == 0)
		return atoi(argv[2]);
	CHECK_EQ(getppid(), atoi(argv[2]));
	CHECK_EQ(_lwp_self(), getpid());
	CHECK_STR(getenv("SPAWNED"), "yes");
	CHECK_EQ(getitimer(ITIMER_REAL, &timer), 0);
	CHECK_EQ(timer.it_value.tv_sec, 0);
	CHECK_ERRNO(wait(NULL), ECHILD);
	return 0;
}

static void
handler(int signo, siginfo_t *info, void *context)
{
	(void)signo, (void)context;
	chld++;
	chld_pid = info->si_pid;
	CHECK_EQ(info->si_code, CLD_EXITED);
	CHECK_EQ(info->si_status, 12);
}

static int
run(const char *path, char *const *argv)
{
	char *env[] = { "SPAWNED=yes", NULL };
	pid_t pid = -1;
	int error = posix_spawn(&pid, path, NULL, NULL, argv, env), status;

	if (error != 0) {
		CHECK_EQ(pid, -1);
		CHECK_ERRNO(waitpid(-1, NULL, WNOHANG), ECHILD);
		return -error;
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	return status;
}

static void
test_child(void)
{
	const struct itimerval later = { { 0, 0 }, { 100, 0 } }, none = { { 0, 0 }, { 0, 0 } };
	struct sigaction sa = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO };
	char parent[16];
	char *argv[] = { "process", "look", parent, NULL }, *exits[] = { "process", "exit", "12", NULL };
	struct rusage usage;
	pid_t pid;
	int status;

	snprintf(parent, sizeof(parent), "%d", getpid());
	setitimer(ITIMER_REAL, &later, NULL);
	CHECK_EQ(run(self, argv), 0);
	setitimer(ITIMER_REAL, &none, NULL);

	sigaction(SIGCHLD, &sa, NULL);
	CHECK_EQ(posix_spawn(&pid, self, NULL, NULL, exits, environ), 0);
	while (chld == 0)
		usleep(1000);
	CHECK_EQ(chld_pid, pid);
	CHECK_EQ(wait4(pid, &status, 0, &usage), pid);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 12);
	signal(SIGCHLD, SIG_DFL);

	/* The pid is optional. */
	CHECK_EQ(posix_spawn(NULL, self, NULL, NULL, exits, environ), 0);
	CHECK(wait(&status) > 0);
	CHECK_EQ(WEXITSTATUS(status), 12);
}

static void
test_errors(void)
{
	char *argv[] = { "process", "exit", "0", NULL };
	static char big[300000];
	char *large[] = { "process", big, NULL };
	int fd;

	CHECK_EQ(run("/no/such/program", argv), -ENOENT);
	CHECK_EQ(run("/tmp", argv), -EACCES);
	CHECK((fd = open("/tmp/text", O_CREAT | O_WRONLY, 0755)) != -1);
	CHECK_EQ(write(fd, "no program", 10), 10);
	close(fd);
	CHECK_EQ(run("/tmp/text", argv), -ENOEXEC);
	chmod("/tmp/text", 0644);
	CHECK_EQ(run("/tmp/text", argv), -EACCES);
	memset(big, 'x', sizeof(big) - 1);
	CHECK_EQ(run(self, large), -E2BIG);
	CHECK_EQ(run(self, NULL), -EINVAL);
	CHECK_EQ(posix_spawn(NULL, (char *)8, NULL, NULL, argv, environ), EFAULT);
	CHECK_EQ(posix_spawn(NULL, self, (void *)8, NULL, argv, environ), EFAULT);
	CHECK_EQ(posix_spawn(NULL, self, NULL, (void *)8, argv, environ), EFAULT);
	/* The kernel reports success with the errno as the value. */
	errno = 0;
	CHECK_EQ(syscall(SYS_posix_spawn, NULL, "/no/such/program", NULL, NULL, argv, environ), ENOENT);
	CHECK_EQ(errno, 0);
}

static void
test_limit(void)
{
	char *argv[] = { "process", "exit", "0", NULL };
	struct rlimit limit = { 1, 1 };
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		CHECK_EQ(setrlimit(RLIMIT_NPROC, &limit), 0);
		CHECK_EQ(run(self, argv), 0);	/* root may */
		CHECK_EQ(setuid(1000), 0);
		CHECK_EQ(run(self, argv), -EAGAIN);
		_exit(0);
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 0);
}

static uint64_t
forks(void)
{
	struct uvmexp_sysctl u;
	int mib[2] = { CTL_VM, 5 };	/* VM_UVMEXP2 */
	size_t size = sizeof(u);

	CHECK_EQ(sysctl(mib, 2, &u, &size, NULL, 0), 0);
	return u.forks;
}

/* It is not counted as a fork. */
static void
test_counters(void)
{
	char *argv[] = { "process", "exit", "0", NULL };
	uint64_t before = forks();

	CHECK_EQ(run(self, argv), 0);
	CHECK_EQ(run("/nonexistent", argv), -ENOENT);
	CHECK_EQ(forks(), before);
}

static void *
spawns(void *argument)
{
	char *argv[] = { "process", "exit", "3", NULL };
	int i, status;
	pid_t pid;

	for (i = 0; i < 5; i++) {
		CHECK_EQ(posix_spawn(&pid, self, NULL, NULL, argv, environ), 0);
		CHECK_EQ(waitpid(pid, &status, 0), pid);
		CHECK_EQ(WEXITSTATUS(status), 3);
	}
	return argument;
}

static void
test_threads(void)
{
	pthread_t t[4];
	int i;

	for (i = 0; i < 4; i++)
		CHECK_EQ(pthread_create(&t[i], NULL, spawns, NULL), 0);
	for (i = 0; i < 4; i++)
		CHECK_EQ(pthread_join(t[i], NULL), 0);
}

int
main(int argc, char **argv)
{
	if (argc > 1)
		return as_child(argv);
	test_child();
	test_errors();
	test_limit();
	test_counters();
	test_threads();
	return 0;
}
