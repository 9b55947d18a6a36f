/*
 * popen(3): a command at the other end of a stream.
 */
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <errno.h>
#include <fcntl.h>
#include <paths.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "libc_lock.h"
#include "libc_private.h"

struct command {
	SLIST_ENTRY(command) link;
	FILE *stream;
	pid_t pid;
};

static SLIST_HEAD(, command) commands = SLIST_HEAD_INITIALIZER(commands);
LIBC_LOCK commands_lock;

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

/*
 * Run the command: `theirs` becomes the ends of the stream that it has, and of other commands' streams it has
 * none. Duplicating a descriptor onto itself clears its close-on-exec flag. An errno as value.
 */
static int
start(struct command *new, const char *path, char *const *argv, char *const *env, int ours, int theirs,
    const struct mode *mode)
{
	posix_spawn_file_actions_t actions;
	struct command *c;
	int error;

	posix_spawn_file_actions_init(&actions);
	libc_lock(&commands_lock);
	error = posix_spawn_file_actions_addclose(&actions, ours);
	/* Somebody may have closed one with fclose(3). */
	SLIST_FOREACH(c, &commands, link)
		if (error == 0 && fcntl(fileno(c->stream), F_GETFD) != -1)
			error = posix_spawn_file_actions_addclose(&actions, fileno(c->stream));
	if (error == 0 && (mode->stream[0] == 'r' || mode->stream[1] == '+'))
		error = posix_spawn_file_actions_adddup2(&actions, theirs, STDOUT_FILENO);
	if (error == 0 && (mode->stream[0] == 'w' || mode->stream[1] == '+'))
		error = posix_spawn_file_actions_adddup2(&actions, theirs, STDIN_FILENO);
	if (error == 0 && theirs > STDERR_FILENO)
		error = posix_spawn_file_actions_addclose(&actions, theirs);
	if (error == 0)
		error = posix_spawn(&new->pid, path, &actions, NULL, argv, env);
	if (error == 0)
		SLIST_INSERT_HEAD(&commands, new, link);
	libc_unlock(&commands_lock);
	posix_spawn_file_actions_destroy(&actions);
	return error;
}

FILE *
popenve(const char *path, char *const *argv, char *const *env, const char *type)
{
	int fds[2], ours, theirs, saved, error;
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

	error = start(c, path, argv, env, ours, theirs, &mode);
	close(theirs);
	if (error != 0) {
		fclose(c->stream);
		free(c);
		errno = error;
		return NULL;
	}
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

	libc_lock(&commands_lock);
	SLIST_FOREACH(c, &commands, link)
		if (c->stream == stream)
			break;
	if (c != NULL)
		SLIST_REMOVE(&commands, c, command, link);
	libc_unlock(&commands_lock);
	if (c == NULL) {
		errno = ECHILD;
		return -1;
	}
	fclose(stream);
	do
		got = waitpid(c->pid, &status, 0);
	while (got == -1 && errno == EINTR);
	free(c);
	return got == -1 ? -1 : status;
}
