/* Running programs: this one, again and again, told by its arguments what to be. */
#include <sys/wait.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include "../check.h"

extern char **environ;
static char self[64];

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
	/* argv[0] is what the file is called on the host; here it lies in the current directory. */
	snprintf(self, sizeof(self), "./%s", getprogname());
	test_exec();
	test_shell();
	return 0;
}
