/*
 * Redirections, and taking them back.
 */
#include <sys/stat.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sh.h"

#define CLOSED (-1)
#define SMALL 4096			/* fits into a pipe that nobody reads yet */

/* A copy of a descriptor where a user's own numbers are not, that no program inherits; -1 and errno. */
static int
copy_high(int fd)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 20);

	if (copy == -1 && errno == EINVAL)
		copy = fcntl(fd, F_DUPFD_CLOEXEC, 10);
	return copy;
}

int
move_high(int fd)
{
	int copy = copy_high(fd);

	if (copy == -1)
		return fd;
	close(fd);
	return copy;
}

static void
restore(void *argument)
{
	struct redirection *r = argument;
	struct saved_fd *s, *next;

	for (s = r->saved; s != NULL; s = next) {
		next = s->next;
		if (s->copy == CLOSED)
			close(s->fd);
		else {
			dup2(s->copy, s->fd);
			close(s->copy);
		}
		free(s);
	}
	r->saved = NULL;
}

void
redirect_undo(struct redirection *r)
{
	out_flush();
	pop_cleanup(&r->cleanup);
}

static bool
save(struct redirection *r, int fd)
{
	struct saved_fd *s;
	int copy;

	for (s = r->saved; s != NULL; s = s->next) {
		if (s->fd == fd)
			return true;
	}
	copy = copy_high(fd);
	if (copy == -1 && errno != EBADF)
		return false;
	s = xmalloc(sizeof(*s));
	s->fd = fd;
	s->copy = copy;
	s->next = r->saved;
	r->saved = s;
	return true;
}

/* With noclobber a file must not be there, unless it is no regular file. */
static int
open_noclobber(const char *path)
{
	struct stat st;
	int fd;

	if (stat(path, &st) == 0 && S_ISREG(st.st_mode)) {
		errno = EEXIST;
		return -1;
	}
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0666);
	if (fd == -1 && errno == EEXIST) {
		fd = open(path, O_WRONLY);
		if (fd != -1 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
			close(fd);
			errno = EEXIST;
			return -1;
		}
	}
	return fd;
}

static int
open_file(const struct redir *r)
{
	const char *path = expand_single(r->word);
	int fd;

	do {
		switch (r->type) {
		case REDIR_IN:
			fd = open(path, O_RDONLY);
			break;
		case REDIR_READWRITE:
			fd = open(path, O_RDWR | O_CREAT, 0666);
			break;
		case REDIR_APPEND:
			fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0666);
			break;
		case REDIR_OUT:
			if (options[OPT_NOCLOBBER]) {
				fd = open_noclobber(path);
				break;
			}
			/* FALLTHROUGH */
		default:
			fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
		}
	} while (fd == -1 && errno == EINTR && !interrupted);
	if (fd == -1)
		complain("cannot %s %s: %s", r->type == REDIR_IN ? "open" : "create", path, strerror(errno));
	return fd;
}

/* A descriptor to read the text from. A pipe, which a child fills if the text is long. */
static int
open_here(const struct redir *r)
{
	const char *text = expand_single(r->word);
	size_t length = strlen(text);
	int ends[2];

	if (pipe(ends) == -1) {
		complain("cannot make a pipe: %s", strerror(errno));
		return -1;
	}
	if (length <= SMALL)
		write_all(ends[1], text, length);
	else {
		pid_t pid;

		out_flush();
		pid = fork();
		if (pid == 0) {
			signal(SIGPIPE, SIG_DFL);
			signal(SIGINT, SIG_IGN);
			signal(SIGQUIT, SIG_IGN);
			close(ends[0]);
			write_all(ends[1], text, length);
			_exit(0);
		}
		if (pid == -1) {
			complain("cannot fork: %s", strerror(errno));
			close(ends[0]);
			ends[0] = -1;
		}
	}
	close(ends[1]);
	return ends[0];
}

/* <& and >&: the descriptor to copy, CLOSED for a minus sign, -2 for what is neither. */
static int
dup_source(const struct redir *r)
{
	const char *text = expand_single(r->word);

	if (strcmp(text, "-") == 0)
		return CLOSED;
	if (*text != '\0' && strlen(text) < 9 && text[strspn(text, "0123456789")] == '\0') {
		int fd = atoi(text);

		if (fcntl(fd, F_GETFD) != -1)
			return fd;
		complain("%d: %s", fd, strerror(errno));
		return -2;
	}
	complain("%s: bad file descriptor", text);
	return -2;
}

static bool
put_in_place(int fd, int target)
{
	int status;

	if (fd == target)
		return true;
	status = dup2(fd, target);
	if (status == -1)
		complain("%d: %s", target, strerror(errno));
	close(fd);
	return status != -1;
}

static bool
redirect_one(const struct redir *r, struct redirection *undo)
{
	bool duplicates = r->type == REDIR_DUP_IN || r->type == REDIR_DUP_OUT;
	int fd = duplicates ? dup_source(r) : r->type == REDIR_HERE ? open_here(r) : open_file(r);

	if (duplicates ? fd == -2 : fd == -1)
		return false;
	if (fd == r->fd) {
		/* It was closed, or there is nothing to do. */
		if (!duplicates && undo != NULL) {
			struct saved_fd *s = xmalloc(sizeof(*s));

			*s = (struct saved_fd){ .next = undo->saved, .fd = fd, .copy = CLOSED };
			undo->saved = s;
		}
		return true;
	}
	if (undo != NULL && !save(undo, r->fd)) {
		complain("%d: %s", r->fd, strerror(errno));
		if (!duplicates)
			close(fd);
		return false;
	}
	if (!duplicates)
		return put_in_place(fd, r->fd);
	if (fd == CLOSED)
		close(r->fd);
	else if (dup2(fd, r->fd) == -1) {
		complain("%d: %s", r->fd, strerror(errno));
		return false;
	}
	return true;
}

/* Carry out redirections, in order. If one fails those before it are undone, and nothing need be done. */
bool
redirect(const struct redir *list, struct redirection *undo)
{
	struct mark mark = temp_mark();

	if (list != NULL || undo != NULL)
		out_flush();
	if (undo != NULL) {
		undo->saved = NULL;
		push_cleanup(&undo->cleanup, restore, undo);
	}
	for (; list != NULL; list = list->next) {
		if (!redirect_one(list, undo)) {
			if (undo != NULL)
				pop_cleanup(&undo->cleanup);
			temp_release(mark);
			return false;
		}
	}
	temp_release(mark);
	return true;
}
