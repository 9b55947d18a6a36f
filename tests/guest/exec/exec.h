/*
 * Tests that execute themselves: the program is /bin/NAME, and its first argument tells the new program what to do.
 */
#ifndef EXEC_H
#define EXEC_H

#include <sys/stat.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <unistd.h>

#include "check.h"

static char *const no_environment[] = { NULL };

/* In a child, execute and expect an exit code; -1 stands for an exec that failed, with the errno. */
static inline int
exec_in_child(const char *path, char *const argv[], char *const envp[])
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		execve(path, argv, envp);
		_exit(200 + (errno < 50 ? errno : 50));
	}
	CHECK(pid > 0);
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	if (!WIFEXITED(status))
		CHECK_FAIL("%s ended with status %#x", path, status);
	return WEXITSTATUS(status);
}

static inline void
make_file(const char *path, const void *contents, size_t size, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	CHECK(fd >= 0);
	CHECK_EQ(write(fd, contents, size), (ssize_t)size);
	CHECK_EQ(fchmod(fd, mode), 0);
	CHECK_EQ(close(fd), 0);
}

static inline void
copy_file(const char *from, const char *to, mode_t mode)
{
	static char buffer[1 << 20];
	int fd = open(from, O_RDONLY);
	ssize_t n = read(fd, buffer, sizeof(buffer));

	CHECK(n > 0 && n < (ssize_t)sizeof(buffer));
	close(fd);
	make_file(to, buffer, (size_t)n, mode);
}

#endif
