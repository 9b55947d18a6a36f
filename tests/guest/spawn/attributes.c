/* posix_spawn's attributes (spec C.33). */
#include <sys/wait.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

#include "check.h"

extern char **environ;
static const char self[] = "/bin/attributes";

static int
as_child(char **argv)
{
	struct sigaction sa;
	sigset_t mask;
	int i;

	sigprocmask(SIG_BLOCK, NULL, &mask);
	for (i = 2; argv[i] != NULL; i++) {
		long n = atol(argv[i] + 1);

		switch (argv[i][0]) {
		case 'b':
			CHECK(sigismember(&mask, n));
			break;
		case 'u':
			CHECK(!sigismember(&mask, n));
			break;
		case 'i':
			sigaction(n, NULL, &sa);
			CHECK(sa.sa_handler == SIG_IGN);
			break;
		case 'd':
			sigaction(n, NULL, &sa);
			CHECK(sa.sa_handler == SIG_DFL);
			break;
		case 'g':
			CHECK_EQ(getpgrp(), n == 0 ? getpid() : n);
			break;
		case 'e':
			CHECK_EQ(geteuid(), n);
			break;
		case 'E':
			CHECK_EQ(getegid(), n);
			break;
		case 'p':
			CHECK_EQ(getppid(), n);
			break;
		}
	}
	return 0;
}

static int
spawn(const posix_spawnattr_t *attr, char *const *argv)
{
	pid_t pid = -1;
	int error = posix_spawn(&pid, self, NULL, attr, argv, environ), status;

	if (error == 0) {
		CHECK_EQ(waitpid(pid, &status, 0), pid);
		CHECK_EQ(status, 0);
	} else
		CHECK_ERRNO(waitpid(-1, NULL, WNOHANG), ECHILD);
	return error;
}

static void
handler(int signo)
{
	(void)signo;
}

static void
test_signals(void)
{
	char *plain[] = { "attributes", "child", "b30", "u31", "i15", "d2", "d1", NULL };
	char *masked[] = { "attributes", "child", "u30", "b31", "u9", NULL };
	char *defaults[] = { "attributes", "child", "d15", "i14", NULL };
	posix_spawnattr_t attr;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_SETMASK, &set, NULL);
	signal(SIGTERM, SIG_IGN);
	signal(SIGALRM, SIG_IGN);
	signal(SIGINT, handler);
	CHECK_EQ(spawn(NULL, plain), 0);

	CHECK_EQ(posix_spawnattr_init(&attr), 0);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	sigaddset(&set, SIGKILL);
	CHECK_EQ(posix_spawnattr_setsigmask(&attr, &set), 0);
	CHECK_EQ(spawn(&attr, plain), 0);	/* not without its flag */
	CHECK_EQ(posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK), 0);
	CHECK_EQ(spawn(&attr, masked), 0);

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	CHECK_EQ(posix_spawnattr_setsigdefault(&attr, &set), 0);
	CHECK_EQ(posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF), 0);
	CHECK_EQ(spawn(&attr, defaults), 0);
	CHECK_EQ(posix_spawnattr_destroy(&attr), 0);
	sigemptyset(&set);
	sigprocmask(SIG_SETMASK, &set, NULL);
}

static void
test_group(void)
{
	char group[24], parent[24];
	char *own[] = { "attributes", "child", "g0", parent, NULL };
	char *given[] = { "attributes", "child", group, NULL };
	posix_spawnattr_t attr;

	snprintf(group, sizeof(group), "g%d", getpgrp());
	snprintf(parent, sizeof(parent), "p%d", getpid());
	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP);
	CHECK_EQ(spawn(&attr, own), 0);
	posix_spawnattr_setpgroup(&attr, getpgrp());
	CHECK_EQ(spawn(&attr, given), 0);
	posix_spawnattr_setpgroup(&attr, 1);	/* in another session */
	CHECK_EQ(spawn(&attr, given), EPERM);
	posix_spawnattr_setpgroup(&attr, -3);
	CHECK_EQ(spawn(&attr, given), EINVAL);
}

static void
test_scheduling(void)
{
	char *argv[] = { "attributes", "child", NULL };
	struct sched_param param = { .sched_priority = -1 };	/* PRI_NONE: as it is */
	posix_spawnattr_t attr;

	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSCHEDPARAM);
	posix_spawnattr_setschedparam(&attr, &param);
	CHECK_EQ(spawn(&attr, argv), 0);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSCHEDULER);
	posix_spawnattr_setschedpolicy(&attr, SCHED_OTHER);
	CHECK_EQ(spawn(&attr, argv), 0);
	param.sched_priority = 100000;
	posix_spawnattr_setschedparam(&attr, &param);
	CHECK_EQ(spawn(&attr, argv), EINVAL);
}

static void
test_ids(void)
{
	char *kept[] = { "attributes", "child", "e1000", "E2000", NULL };
	char *reset[] = { "attributes", "child", "e0", "E0", NULL };
	posix_spawnattr_t attr;

	CHECK_EQ(setegid(2000), 0);
	CHECK_EQ(seteuid(1000), 0);
	CHECK_EQ(spawn(NULL, kept), 0);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_RESETIDS);
	CHECK_EQ(spawn(&attr, reset), 0);
	CHECK_EQ(geteuid(), 1000);
	CHECK_EQ(seteuid(0), 0);
	CHECK_EQ(setegid(0), 0);
}

int
main(int argc, char **argv)
{
	if (argc > 1)
		return as_child(argv);
	test_signals();
	test_group();
	test_scheduling();
	test_ids();
	return 0;
}
