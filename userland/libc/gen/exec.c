/*
 * The exec family, on execve(2). Nothing here allocates: it runs in vfork's child.
 */
#include <errno.h>
#include <limits.h>
#include <paths.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "libc_private.h"

int
execv(const char *path, char *const *argv)
{
	return execve(path, argv, environ);
}

/* A file that is executable but of no known format is a shell script. */
static void
exec_shell(const char *path, char *const *argv, char *const *env)
{
	size_t argc = 0;

	while (argv[argc] != NULL)
		argc++;

	const char *sh[argc + 3];

	sh[0] = "sh";
	sh[1] = path;
	memcpy(&sh[2], argc == 0 ? argv : argv + 1, (argc == 0 ? 1 : argc) * sizeof(*sh));
	execve(_PATH_BSHELL, (char *const *)sh, env);
}

static void
exec_or_shell(const char *path, char *const *argv, char *const *env)
{
	execve(path, argv, env);
	if (errno == ENOEXEC)
		exec_shell(path, argv, env);
}

int
execvpe(const char *name, char *const *argv, char *const *env)
{
	const char *search, *end;
	char path[PATH_MAX];
	size_t name_length = strlen(name), length;
	int saw_eacces = 0;

	if (name_length == 0) {
		errno = ENOENT;
		return -1;
	}
	if (strchr(name, '/') != NULL) {
		exec_or_shell(name, argv, env);
		return -1;
	}
	search = getenv("PATH");
	if (search == NULL)
		search = _PATH_DEFPATH;
	for (;; search = end + 1) {
		end = strchr(search, ':');
		if (end == NULL)
			end = search + strlen(search);
		length = end - search;
		/* An empty element is the current directory. */
		if (length == 0) {
			search = ".";
			length = 1;
		}
		if (length + 1 + name_length < sizeof(path)) {
			memcpy(path, search, length);
			path[length] = '/';
			memcpy(path + length + 1, name, name_length + 1);
			exec_or_shell(path, argv, env);
			if (errno == EACCES)
				saw_eacces = 1;
			else if (errno != ENOENT && errno != ENOTDIR && errno != ELOOP &&
			    errno != ENAMETOOLONG)
				return -1;
		}
		if (*end == '\0')
			break;
	}
	errno = saw_eacces ? EACCES : ENOENT;
	return -1;
}

int
execvp(const char *name, char *const *argv)
{
	return execvpe(name, argv, environ);
}

/* The arguments after `first` up to and with the NULL. */
static size_t
count_arguments(va_list ap)
{
	va_list copy;
	size_t n = 1;

	va_copy(copy, ap);
	while (va_arg(copy, char *) != NULL)
		n++;
	va_end(copy);
	return n;
}

static void
collect_arguments(char **argv, const char *first, va_list *ap)
{
	*argv++ = __UNCONST(first);
	while ((*argv++ = va_arg(*ap, char *)) != NULL)
		continue;
}

/* A list that is empty from the start has no second argument to read. */
#define LIST_TO_ARGV(argv, first, ap)						\
	char *argv[(first) == NULL ? 1 : count_arguments(ap) + 1];		\
	if ((first) == NULL)							\
		argv[0] = NULL;							\
	else									\
		collect_arguments(argv, first, &(ap))

int
execl(const char *path, const char *first, ...)
{
	va_list ap;

	va_start(ap, first);
	LIST_TO_ARGV(argv, first, ap);
	va_end(ap);
	return execve(path, argv, environ);
}

int
execlp(const char *name, const char *first, ...)
{
	va_list ap;

	va_start(ap, first);
	LIST_TO_ARGV(argv, first, ap);
	va_end(ap);
	return execvpe(name, argv, environ);
}

int
execle(const char *path, const char *first, ...)
{
	char **env;
	va_list ap;

	va_start(ap, first);
	LIST_TO_ARGV(argv, first, ap);
	env = va_arg(ap, char **);
	va_end(ap);
	return execve(path, argv, env);
}

int
execlpe(const char *name, const char *first, ...)
{
	char **env;
	va_list ap;

	va_start(ap, first);
	LIST_TO_ARGV(argv, first, ap);
	env = va_arg(ap, char **);
	va_end(ap);
	return execvpe(name, argv, env);
}
