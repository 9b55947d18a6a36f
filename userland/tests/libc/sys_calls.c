/* Library calls that are a system call with something around it. */
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysctl.h>
#include <sys/times.h>
#include <sys/wait.h>
#include <err.h>
#include <fcntl.h>
#include <sched.h>
#include <time.h>
#include <ulimit.h>
#include <unistd.h>

#include "../check.h"

static char path[] = "/tmp/sys_calls.XXXXXX";

static int
in_child(int (*function)(void))
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(function());
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int
try_lock(void)
{
	int fd = open(path, O_RDWR);

	if (lockf(fd, F_TEST, 0) != -1 || errno != EAGAIN)
		return 1;
	return lockf(fd, F_TLOCK, 0) == -1 && errno == EAGAIN ? 0 : 2;
}

static void
test_files(void)
{
	char other[] = "/tmp/sys_calls.XXXXXX", *name;
	struct stat st;
	int fd = mkstemp(path), fd2;

	CHECK(fd != -1);
	CHECK_EQ(fstat(fd, &st), 0);
	CHECK_EQ(st.st_mode & 0777, 0600);
	CHECK_EQ(lockf(fd, F_LOCK, 0), 0);
	CHECK_EQ(in_child(try_lock), 0);
	CHECK_EQ(lockf(fd, F_ULOCK, 0), 0);
	CHECK_ERRNO(lockf(fd, 77, 0), EINVAL);
	CHECK_EQ(posix_fallocate(fd, 0, 10000), 0);
	CHECK_EQ(fstat(fd, &st), 0);
	CHECK_EQ(st.st_size, 10000);
	CHECK_EQ(posix_fallocate(-1, 0, 1), EBADF);
	CHECK_EQ(posix_fadvise(fd, 0, 0, POSIX_FADV_NORMAL), 0);
	CHECK_EQ(posix_fadvise(-1, 0, 0, POSIX_FADV_NORMAL), EBADF);

	name = mktemp(other);
	CHECK(name == other);
	CHECK_ERRNO(access(other, F_OK), ENOENT);
	fd2 = creat(other, 0640);
	CHECK(fd2 != -1);
	CHECK_EQ(dup3(fd2, 40, O_CLOEXEC), 40);
	CHECK_EQ(fcntl(40, F_GETFD), FD_CLOEXEC);
	CHECK_ERRNO(dup3(fd2, fd2, 0), EINVAL);
	CHECK_EQ(closefrom(40), 0);
	CHECK_ERRNO(fcntl(40, F_GETFD), EBADF);
	CHECK_EQ(unlink(other), 0);
	CHECK_EQ(unlink(path), 0);
	CHECK_ERRNO(mkstemp((char[]){ "no-letters" }), EINVAL);
}

static int
be_nice(void)
{
	if (nice(3) != 3 || getpriority(PRIO_PROCESS, 0) != 3)
		return 1;
	return 0;
}

static void
test_processes(void)
{
	struct sched_param param;
	struct tms before, after;
	char name[33], *login;
	clock_t start = times(&before);
	int mib[] = { CTL_KERN, KERN_PROC_ARGS, getpid(), KERN_PROC_ARGV };
	char title[256];
	size_t size = sizeof(title);

	CHECK(start != (clock_t)-1);
	sleep(1);
	CHECK(times(&after) - start >= CLK_TCK);
	CHECK_EQ(in_child(be_nice), 0);
	CHECK_EQ(sched_get_priority_max(SCHED_FIFO) > sched_get_priority_min(SCHED_FIFO), 1);
	CHECK_ERRNO(sched_get_priority_max(99), EINVAL);
	CHECK_EQ(sched_getparam(0, &param), 0);
	CHECK_EQ(sched_getscheduler(0), SCHED_OTHER);
	CHECK_EQ(setlogin("somebody"), 0);
	login = getlogin();
	CHECK_STR(login, "somebody");
	CHECK_EQ(getlogin_r(name, 3), ERANGE);
	CHECK_EQ(getlogin_r(name, sizeof(name)), 0);
	CHECK_STR(name, "somebody");
	CHECK(ulimit(UL_GETFSIZE) != 0);
	setproctitle("working on %d", 7);
	CHECK_EQ(sysctl(mib, 4, title, &size, NULL, 0), 0);
	CHECK(strstr(title, ": working on 7") != NULL);
}

/* What err writes, and with which status it ends. */
static void
test_messages(void)
{
	char text[256] = "";
	int fds[2], status;
	ssize_t n;
	pid_t pid;

	CHECK_EQ(pipe(fds), 0);
	pid = fork();
	if (pid == 0) {
		setprogname("/bin/prog");
		dup2(fds[1], STDERR_FILENO);
		warnx("one %d", 1);
		warnc(EPERM, "two");
		errno = ENOENT;
		err(3, "three %s", "x");
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(WEXITSTATUS(status), 3);
	n = read(fds[0], text, sizeof(text) - 1);
	CHECK(n > 0);
	CHECK_STR(text, "prog: one 1\nprog: two: Operation not permitted\nprog: three x: No such file or directory\n");
}

int
main(void)
{
	test_files();
	test_processes();
	test_messages();
	return 0;
}
