/* posix_spawn's file actions (spec C.33), in their order and each one's effect; the child is this program again. */
#include <sys/stat.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

#include "check.h"

extern char **environ;

/* What the child finds: one letter for each of a list of descriptors. */
static int
as_child(char **argv)
{
	char path[PATH_MAX], c;
	struct stat st;
	int fd, i;

	for (i = 2; argv[i] != NULL; i++) {
		fd = atoi(argv[i] + 1);
		switch (argv[i][0]) {
		case 'o':	/* open */
			CHECK(fcntl(fd, F_GETFD) != -1);
			break;
		case 'c':	/* closed */
			CHECK_ERRNO(fcntl(fd, F_GETFD), EBADF);
			break;
		case 'r':	/* yields "x" */
			CHECK_EQ(read(fd, &c, 1), 1);
			CHECK_EQ(c, 'x');
			break;
		case 'w':
			CHECK_EQ(write(fd, "y", 1), 1);
			break;
		case 'd':	/* in this directory */
			CHECK(getcwd(path, sizeof(path)) != NULL);
			CHECK_STR(path, argv[i] + 1);
			break;
		case 'm':	/* a file's permissions, made by the action */
			CHECK_EQ(fstat(fd, &st), 0);
			CHECK_EQ(st.st_mode & 0777, 0640);
			break;
		}
	}
	return 0;
}

static const char self[] = "/bin/actions";

static pid_t
spawn(const posix_spawn_file_actions_t *actions, char *const *argv)
{
	pid_t pid = -1;

	CHECK_EQ(posix_spawn(&pid, self, actions, NULL, argv, environ), 0);
	CHECK(pid > 0);
	return pid;
}

static void
expect(const posix_spawn_file_actions_t *actions, char *const *argv)
{
	pid_t pid = spawn(actions, argv);
	int status;

	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 0);
}

static void
test_all(void)
{
	posix_spawn_file_actions_t a;
	char *argv[] = { "actions", "child", "o0", "r5", "c6", "w7", "o9", "d/tmp", "m10", "c11", "o12", NULL };
	int in[2], out[2], root;
	char c;

	CHECK_EQ(pipe(in), 0);
	CHECK_EQ(pipe(out), 0);
	CHECK_EQ(write(in[1], "x", 1), 1);
	/* Above the numbers that the child will use. */
	CHECK((root = fcntl(open("/", O_RDONLY | O_CLOEXEC), F_DUPFD_CLOEXEC, 30)) >= 30);
	CHECK_EQ(dup2(in[0], 20), 20);
	CHECK_EQ(dup2(out[1], 21), 21);
	CHECK_EQ(fcntl(20, F_SETFD, FD_CLOEXEC), 0);
	CHECK_EQ(fcntl(21, F_SETFD, FD_CLOEXEC), 0);
	CHECK_EQ(dup2(0, 12), 12);
	CHECK_EQ(fcntl(12, F_SETFD, FD_CLOEXEC), 0);
	close(in[0]);
	close(out[1]);
	CHECK_EQ(posix_spawn_file_actions_init(&a), 0);
	CHECK_EQ(posix_spawn_file_actions_adddup2(&a, 20, 5), 0);
	CHECK_EQ(posix_spawn_file_actions_adddup2(&a, 5, 6), 0);
	CHECK_EQ(posix_spawn_file_actions_addclose(&a, 6), 0);
	CHECK_EQ(posix_spawn_file_actions_adddup2(&a, 21, 7), 0);
	/* A descriptor onto itself: it stays open across the exec. */
	CHECK_EQ(posix_spawn_file_actions_adddup2(&a, 12, 12), 0);
	CHECK_EQ(posix_spawn_file_actions_addchdir(&a, "/tmp"), 0);
	/* Relative to where the action before went. */
	CHECK_EQ(posix_spawn_file_actions_addopen(&a, 10, "made", O_RDWR | O_CREAT, 0640), 0);
	CHECK_EQ(posix_spawn_file_actions_addfchdir(&a, root), 0);
	CHECK_EQ(posix_spawn_file_actions_addopen(&a, 9, "tmp/made", O_RDONLY, 0), 0);
	CHECK_EQ(posix_spawn_file_actions_addopen(&a, 11, "tmp/made", O_RDONLY, 0), 0);
	CHECK_EQ(posix_spawn_file_actions_addclose(&a, 11), 0);
	CHECK_EQ(posix_spawn_file_actions_addchdir(&a, "tmp"), 0);
	umask(022);
	expect(&a, argv);
	CHECK_EQ(read(out[0], &c, 1), 1);
	CHECK_EQ(c, 'y');
	CHECK_EQ(posix_spawn_file_actions_destroy(&a), 0);
	/* Nothing of it happened to the parent. */
	CHECK_ERRNO(fcntl(10, F_GETFD), EBADF);
	CHECK_EQ(fcntl(12, F_GETFD), FD_CLOEXEC);
	close(20), close(21), close(12), close(root), close(in[1]), close(out[0]);
}

static int
error_of(const posix_spawn_file_actions_t *a)
{
	char *argv[] = { "actions", "child", NULL };
	pid_t pid = 77;
	int error = posix_spawn(&pid, self, a, NULL, argv, environ);

	CHECK_EQ(pid, 77);
	/* There never was a child. */
	CHECK_ERRNO(waitpid(-1, NULL, 0), ECHILD);
	return error;
}

static void
test_errors(void)
{
	posix_spawn_file_actions_t a;
	int i;

	posix_spawn_file_actions_init(&a);
	posix_spawn_file_actions_addopen(&a, 5, "/no/such/file", O_RDONLY, 0);
	CHECK_EQ(error_of(&a), ENOENT);
	posix_spawn_file_actions_destroy(&a);
	posix_spawn_file_actions_addclose(&a, 42);
	CHECK_EQ(error_of(&a), EBADF);
	posix_spawn_file_actions_destroy(&a);
	posix_spawn_file_actions_adddup2(&a, 42, 1);
	CHECK_EQ(error_of(&a), EBADF);
	posix_spawn_file_actions_destroy(&a);
	posix_spawn_file_actions_adddup2(&a, 0, 100000);
	CHECK_EQ(error_of(&a), EBADF);
	posix_spawn_file_actions_destroy(&a);
	posix_spawn_file_actions_addchdir(&a, self);
	CHECK_EQ(error_of(&a), ENOTDIR);
	posix_spawn_file_actions_destroy(&a);
	posix_spawn_file_actions_addfchdir(&a, 42);
	CHECK_EQ(error_of(&a), EBADF);
	posix_spawn_file_actions_destroy(&a);
	for (i = 0; i < 500; i++)
		posix_spawn_file_actions_addclose(&a, 0);
	CHECK_EQ(error_of(&a), EINVAL);
	posix_spawn_file_actions_destroy(&a);
}

/* An action that waits: the parent waits for it, other processes go on. */
static void
test_fifo(void)
{
	char *argv[] = { "actions", "child", "r5", NULL };
	posix_spawn_file_actions_t a;
	int status, fd;
	pid_t writer;

	CHECK_EQ(mkfifo("/tmp/fifo", 0600), 0);
	writer = fork();
	if (writer == 0) {
		usleep(20000);
		fd = open("/tmp/fifo", O_WRONLY);
		CHECK_EQ(write(fd, "x", 1), 1);
		_exit(0);
	}
	posix_spawn_file_actions_init(&a);
	posix_spawn_file_actions_addopen(&a, 5, "/tmp/fifo", O_RDONLY, 0);
	expect(&a, argv);
	CHECK_EQ(waitpid(writer, &status, 0), writer);
	posix_spawn_file_actions_destroy(&a);
}

int
main(int argc, char **argv)
{
	char *plain[] = { "actions", "child", "o0", "o1", "c40", "o41", NULL };

	if (argc > 1)
		return as_child(argv);
	CHECK_EQ(fcntl(0, F_DUPFD_CLOEXEC, 40), 40);
	CHECK_EQ(fcntl(0, F_DUPFD, 41), 41);
	expect(NULL, plain);
	close(40), close(41);
	test_all();
	test_errors();
	test_fifo();
	return 0;
}
