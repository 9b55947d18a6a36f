/*
 * popen(3): a command at the other end of a stream.
 */
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <errno.h>
#include <fcntl.h>
#include <paths.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "libc_private.h"

struct command {
	SLIST_ENTRY(command) link;
	FILE *stream;
	pid_t pid;
};

static SLIST_HEAD(, command) commands = SLIST_HEAD_INITIALIZER(commands);

struct mode {
	char stream[3];		/* what fdopen is told */
	int flags;
};

static int
parse_mode(const char *type, struct mode *mode)
{
	memset(mode, 0, sizeof(*mode));
	if (*type != 'r' && *type != 'w') {
		errno = EINVAL;
		return -1;
	}
	mode->stream[0] = *type++;
	for (; *type != '\0'; type++) {
		if (*type == '+')
			mode->stream[1] = '+';
		else if (*type == 'e')
			mode->flags |= O_CLOEXEC;
		else {
			errno = EINVAL;
			return -1;
		}
	}
	return 0;
}

/* In vfork's child: `fd` becomes the ends of the stream that the command has. */
static void
attach(int fd, const struct mode *mode)
{
	struct command *c;

	SLIST_FOREACH(c, &commands, link)
		close(fileno(c->stream));
	if (mode->stream[0] == 'r' || mode->stream[1] == '+') {
		if (fd != STDOUT_FILENO)
			dup2(fd, STDOUT_FILENO);
		else
			fcntl(fd, F_SETFD, 0);
	}
	if (mode->stream[0] == 'w' || mode->stream[1] == '+') {
		if (fd != STDIN_FILENO)
			dup2(fd, STDIN_FILENO);
		else
			fcntl(fd, F_SETFD, 0);
	}
	if (fd > STDERR_FILENO)
		close(fd);
}

FILE *
popenve(const char *path, char *const *argv, char *const *env, const char *type)
{
	int fds[2], ours, theirs, saved;
	struct command *c;
	struct mode mode;

	if (parse_mode(type, &mode) == -1)
		return NULL;
	c = malloc(sizeof(*c));
	if (c == NULL)
		return NULL;
	if (mode.stream[1] == '+') {
		if (socketpair(AF_LOCAL, SOCK_STREAM, 0, fds) == -1)
			goto no_pipe;
		fcntl(fds[0], F_SETFD, FD_CLOEXEC);
		fcntl(fds[1], F_SETFD, FD_CLOEXEC);
	} else if (pipe2(fds, O_CLOEXEC) == -1)
		goto no_pipe;
	ours = fds[mode.stream[0] == 'w'];
	theirs = fds[mode.stream[0] != 'w'];

	c->stream = fdopen(ours, mode.stream);
	if (c->stream == NULL)
		goto no_stream;
	if ((mode.flags & O_CLOEXEC) == 0)
		fcntl(ours, F_SETFD, 0);

	c->pid = vfork();
	if (c->pid == 0) {
		close(ours);
		attach(theirs, &mode);
		execve(path, argv, env);
		_exit(127);
	}
	if (c->pid == -1) {
		saved = errno;
		fclose(c->stream);
		close(theirs);
		free(c);
		errno = saved;
		return NULL;
	}
	close(theirs);
	SLIST_INSERT_HEAD(&commands, c, link);
	return c->stream;

no_stream:
	saved = errno;
	close(ours);
	close(theirs);
	errno = saved;
no_pipe:
	saved = errno;
	free(c);
	errno = saved;
	return NULL;
}

FILE *
popen(const char *command, const char *type)
{
	const char *argv[] = { "sh", "-c", command, NULL };

	return popenve(_PATH_BSHELL, (char *const *)argv, environ, type);
}

int
pclose(FILE *stream)
{
	struct command *c;
	int status;
	pid_t got;

	SLIST_FOREACH(c, &commands, link)
		if (c->stream == stream)
			break;
	if (c == NULL) {
		errno = ECHILD;
		return -1;
	}
	SLIST_REMOVE(&commands, c, command, link);
	fclose(stream);
	do
		got = waitpid(c->pid, &status, 0);
	while (got == -1 && errno == EINTR);
	free(c);
	return got == -1 ? -1 : status;
}
