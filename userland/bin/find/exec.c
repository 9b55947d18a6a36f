/*
 * -exec and -ok.
 */
#include "find.h"

#include <sys/wait.h>
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MOST_BYTES	65536	/* of paths for one command: well below what exec takes */

static bool
run(char **argv)
{
	pid_t pid;
	int s;

	fflush(stdout);
	if ((pid = fork()) == -1)
		err(1, "fork");
	if (pid == 0) {
		execvp(argv[0], argv);
		warn("%s", argv[0]);
		_exit(errno == ENOENT ? 127 : 126);
	}
	while (waitpid(pid, &s, 0) == -1)
		if (errno != EINTR)
			err(1, "waitpid");
	return s == 0;
}

static char *
replace(const char *in, const char *path)
{
	size_t size;
	char *result;
	FILE *f = need(open_memstream(&result, &size));

	for (const char *found; (found = strstr(in, "{}")) != NULL; in = found + 2) {
		fwrite(in, 1, (size_t)(found - in), f);
		fputs(path, f);
	}
	fputs(in, f);
	if (fclose(f) == EOF)
		err(1, NULL);
	return result;
}

static bool
confirmed(const char *name, const char *path)
{
	int c, answer;

	fflush(stdout);
	fprintf(stderr, "< %s ... %s > ? ", name, path);
	answer = c = getchar();
	while (c != '\n' && c != EOF)
		c = getchar();
	return answer == 'y' || answer == 'Y';
}

bool
run_once(const struct command *c, const char *path, bool ask)
{
	char **argv;
	bool good;

	if (ask && !confirmed(c->argv[0], path))
		return false;
	argv = need(calloc(c->count + 1, sizeof(char *)));
	for (size_t i = 0; i < c->count; i++)
		argv[i] = replace(c->argv[i], path);
	good = run(argv);
	for (size_t i = 0; i < c->count; i++)
		free(argv[i]);
	free(argv);
	return good;
}

void
run_collected(struct command *c)
{
	char **argv;

	if (c->path_count == 0)
		return;
	argv = need(calloc(c->count + c->path_count + 1, sizeof(char *)));
	memcpy(argv, c->argv, c->count * sizeof(char *));
	memcpy(argv + c->count, c->paths, c->path_count * sizeof(char *));
	if (!run(argv))
		status = 1;
	for (size_t i = 0; i < c->path_count; i++)
		free(c->paths[i]);
	free(argv);
	c->path_count = c->bytes = 0;
}

void
collect(struct command *c, const char *path)
{
	if (c->path_count == c->path_size) {
		c->path_size = c->path_size * 2 + 64;
		c->paths = need(realloc(c->paths, c->path_size * sizeof(char *)));
	}
	c->paths[c->path_count++] = need(strdup(path));
	c->bytes += strlen(path) + 1;
	if (c->bytes > MOST_BYTES)
		run_collected(c);
}

void
run_all_collected(struct node *n)
{
	if (n == NULL)
		return;
	run_all_collected(n->a);
	run_all_collected(n->b);
	if (n->kind == EXEC_MANY)
		run_collected(&n->command);
}
