/* posix_spawn. */
#include <sys/sysctl.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

#include "../check.h"

extern char **environ;
static char self[PATH_MAX];

static int
wait_exit(pid_t pid)
{
	int status;

	CHECK(pid > 0);
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* The spawned half: 0 when everything is as asked for. */
static int
as_child(int fd)
{
	char buffer[16] = "", path[16];
	sigset_t mask;

	if (read(fd, buffer, sizeof(buffer)) != 4 || strcmp(buffer, "data") != 0)
		return 3;
	if (read(8, buffer, sizeof(buffer)) != 0)
		return 4;
	if (getcwd(path, sizeof(path)) == NULL || strcmp(path, "/") != 0)
		return 5;
	sigprocmask(SIG_BLOCK, NULL, &mask);
	return sigismember(&mask, SIGUSR1) && getpgrp() == getpid() ? 0 : 6;
}

static void
test_spawn(void)
{
	char *argv[] = { "self", "fd", "9", NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t set;
	short flags;
	int fds[2];
	pid_t pid;

	CHECK_EQ(pipe(fds), 0);
	CHECK_EQ(write(fds[1], "data", 4), 4);
	CHECK_EQ(posix_spawn_file_actions_init(&actions), 0);
	CHECK_EQ(posix_spawn_file_actions_addopen(&actions, 8, "/dev/null", O_RDONLY, 0), 0);
	CHECK_EQ(posix_spawn_file_actions_adddup2(&actions, fds[0], 9), 0);
	CHECK_EQ(posix_spawn_file_actions_addclose(&actions, fds[0]), 0);
	CHECK_EQ(posix_spawn_file_actions_addchdir(&actions, "/"), 0);
	CHECK_EQ(posix_spawn_file_actions_addclose(&actions, -1), EBADF);
	CHECK_EQ(posix_spawnattr_init(&attr), 0);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	CHECK_EQ(posix_spawnattr_setsigmask(&attr, &set), 0);
	CHECK_EQ(posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP), 0);
	CHECK_EQ(posix_spawnattr_getflags(&attr, &flags), 0);
	CHECK_EQ(flags, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
	CHECK_EQ(posix_spawnattr_setflags(&attr, 0x4000), EINVAL);
	CHECK_EQ(posix_spawn(&pid, self, &actions, &attr, argv, environ), 0);
	CHECK_EQ(wait_exit(pid), 0);
	CHECK_EQ(posix_spawn_file_actions_destroy(&actions), 0);
	CHECK_EQ(posix_spawnattr_destroy(&attr), 0);
	CHECK_EQ(posix_spawn(&pid, "/nonexistent", NULL, NULL, argv, environ), ENOENT);
	CHECK_EQ(posix_spawnp(&pid, "no-such-program", NULL, NULL, argv, environ), ENOENT);
}

int
main(int argc, char **argv)
{
	int mib[4] = { CTL_KERN, KERN_PROC_ARGS, getpid(), KERN_PROC_PATHNAME };
	size_t size = sizeof(self);

	if (argc > 1)
		return as_child(atoi(argv[2]));
	CHECK_EQ(sysctl(mib, 4, self, &size, NULL, 0), 0);
	test_spawn();
	return 0;
}
