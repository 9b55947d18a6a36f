/* Process accounting (spec C.28, C.34): who gets a record, when, and what it says. */
#include <sys/types.h>
#include <sys/acct.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

#define FILE_NAME "/var/account"

static int fd;

/* The next record; there must be one. */
static struct acct
next(void)
{
	struct acct record;
	CHECK_EQ(read(fd, &record, sizeof(record)), sizeof(record));
	return record;
}

static void
no_more(void)
{
	char c;
	CHECK_EQ(read(fd, &c, 1), 0);
}

static void
reap(pid_t pid)
{
	CHECK_EQ(waitpid(pid, NULL, 0), pid);
}

static double
decode(comp_t c)
{
	double value = c & 017777;
	for (int e = c >> 13; e > 0; e--)
		value *= 8;
	return value / AHZ;
}

int
main(int argc, char **argv)
{
	struct timespec nap = { 2, 500000000 };
	pid_t pid;

	if (argc > 1)
		return 3; /* run anew by exec */
	CHECK_ERRNO(acct("/var/nothing"), ENOENT);
	CHECK_ERRNO(acct("/var"), EACCES);
	fd = open(FILE_NAME, O_RDWR | O_CREAT | O_TRUNC, 0644);
	CHECK(fd >= 0);
	if ((pid = fork()) == 0)
		_exit(0);
	reap(pid);
	no_more(); /* nobody asked yet */
	CHECK_EQ(acct(FILE_NAME), 0);

	time_t before = time(NULL);
	if ((pid = fork()) == 0) { /* forked, not exec'd, slept, changed its ids */
		nanosleep(&nap, NULL);
		setgid(77);
		setuid(1234);
		_exit(1);
	}
	reap(pid);
	struct acct a = next();
	CHECK_EQ(strncmp(a.ac_comm, "acct", sizeof(a.ac_comm)), 0);
	CHECK_EQ(a.ac_flag, AFORK);
	CHECK_EQ(a.ac_uid, 1234);
	CHECK_EQ(a.ac_gid, 77);
	CHECK(a.ac_btime >= before && a.ac_btime <= before + 1);
	CHECK(decode(a.ac_etime) > 2.4 && decode(a.ac_etime) < 2.6);
	CHECK(decode(a.ac_utime) < 0.1);
	no_more();

	if ((pid = fork()) == 0) { /* exec clears AFORK; the vfork child's record is there when its parent runs on */
		execl("/bin/acct", "acct", "again", NULL);
		_exit(99);
	}
	reap(pid);
	CHECK_EQ(next().ac_flag, 0);
	if ((pid = vfork()) == 0)
		_exit(0);
	CHECK_EQ(next().ac_flag, AFORK);
	reap(pid);
	if ((pid = fork()) == 0) {
		kill(getpid(), SIGKILL);
		for (;;)
			pause();
	}
	reap(pid);
	CHECK_EQ(next().ac_flag, AFORK | AXSIG);

	/* A child of posix_spawn is no fork, not even one that never got to run its program (spec C.33). */
	posix_spawn_file_actions_t actions;
	char *args[] = { "acct", "again", NULL };
	CHECK_EQ(posix_spawn_file_actions_init(&actions), 0);
	CHECK_EQ(posix_spawn_file_actions_addclose(&actions, 77), 0);
	CHECK_EQ(posix_spawn(&pid, "/bin/acct", &actions, NULL, args, NULL), EBADF);
	CHECK_EQ(next().ac_flag, 0);
	CHECK_EQ(posix_spawn(&pid, "/bin/acct", NULL, NULL, args, NULL), 0);
	reap(pid);
	CHECK_EQ(next().ac_flag, 0);
	no_more();

	if ((pid = fork()) == 0) { /* only root may */
		setuid(1234);
		CHECK_ERRNO(acct(NULL), EPERM);
		_exit(0);
	}
	reap(pid);
	next();
	CHECK_EQ(acct(NULL), 0);
	if ((pid = fork()) == 0)
		_exit(0);
	reap(pid);
	no_more();
	return argv[0] == NULL;
}
