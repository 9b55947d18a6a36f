/* Running programs: this one, again and again, told by its arguments what to be. */
#include <sys/wait.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

#include "../check.h"

extern char **environ;
static char *self;

static int
wait_exit(pid_t pid)
{
	int status;

	CHECK(pid > 0);
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* The exec'd half: 0 when everything is as announced. */
static int
as_child(int argc, char **argv)
{
	const char *x;

	if (strcmp(argv[1], "echo") == 0) {
		printf("%s", argv[2]);
		return 0;
	}
	if (strcmp(argv[1], "fd") == 0) {
		char buffer[16] = "";

		return read(atoi(argv[2]), buffer, sizeof(buffer)) == 4 && strcmp(buffer, "data") == 0 ? 0 : 3;
	}
	x = getenv("X");
	if (argc != 4 || strcmp(argv[2], "two") != 0 || strcmp(argv[3], "") != 0)
		return 1;
	return strcmp(x == NULL ? "" : x, argv[1]) == 0 ? 0 : 2;
}

#define CHILD(call) do {							\
	pid_t pid_ = vfork();							\
	if (pid_ == 0) {							\
		call;								\
		_exit(126);							\
	}									\
	CHECK_EQ(wait_exit(pid_), 0);						\
} while (0)

static void
test_exec(void)
{
	char *env[] = { "X=given", NULL }, *argv[] = { "self", "old", "two", "", NULL }, *slash;
	char *given[] = { "self", "given", "two", "", NULL };
	char directory[PATH_MAX], path[PATH_MAX + 64];
	int fd;

	setenv("X", "old", 1);
	CHILD(execl(self, "self", "old", "two", "", NULL));
	CHILD(execv(self, argv));
	CHILD(execle(self, "self", "given", "two", "", NULL, env));
	CHILD(execve(self, given, env));
	fd = open(self, O_RDONLY);
	CHECK(fd != -1);
	CHILD(fexecve(fd, given, env));
	close(fd);

	CHECK(realpath(self, directory) != NULL);
	slash = strrchr(directory, '/');
	*slash = '\0';
	snprintf(path, sizeof(path), "/nonexistent:%s:/bin", directory);
	CHECK_EQ(setenv("PATH", path, 1), 0);
	CHILD(execlp(slash + 1, "self", "old", "two", "", NULL));
	CHILD(execvp(slash + 1, argv));
	CHILD(execvpe(slash + 1, given, env));
	CHECK_ERRNO(execvp("no-such-program", argv), ENOENT);
	CHECK_ERRNO(execvp("", argv), ENOENT);
	CHECK_ERRNO(execv("/", argv), EACCES);
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

static void
test_shell(void)
{
	char line[64], command[PATH_MAX + 64];
	int status;
	FILE *f;

	if (!system(NULL))
		return;
	status = system("exit 3");
	CHECK_EQ(WEXITSTATUS(status), 3);
	status = system("no-such-program 2>/dev/null");
	CHECK_EQ(WEXITSTATUS(status), 127);
	snprintf(command, sizeof(command), "%s echo hello", self);
	f = popen(command, "r");
	CHECK(f != NULL);
	CHECK(fgets(line, sizeof(line), f) != NULL);
	CHECK_STR(line, "hello");
	CHECK_EQ(pclose(f), 0);
	f = popen("read x; exit $x", "we");
	CHECK(f != NULL);
	CHECK(fputs("5\n", f) >= 0);
	status = pclose(f);
	CHECK_EQ(WEXITSTATUS(status), 5);
	CHECK(popen("true", "x") == NULL);
}

int
main(int argc, char **argv)
{
	if (argc > 1)
		return as_child(argc, argv);
	self = argv[0];
	test_exec();
	test_spawn();
	test_shell();
	return 0;
}
