/*
 * find: walk file hierarchies, and evaluate an expression for every file.
 */
#include "find.h"

#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage_text[] =
    "usage: find [-H | -L | -P] path ... [expression]\n"
    "  -name p -iname p -path p    the name, or the path, matches a pattern\n"
    "  -type c                     b c d f l p s\n"
    "  -size n[ckMG]               in blocks of 512 bytes, or in bytes, kilobytes, ...\n"
    "  -mtime n -atime n -ctime n  days since it was changed, read, its status changed; -mmin: minutes\n"
    "  -newer file -links n -inum n -user u -group g -nouser -nogroup -empty -true -false\n"
    "  -perm [-/]mode              exactly these bits, all of these, any of these\n"
    "  -print -print0 -ls -delete -quit -exec command {} ; -exec command {} + -ok command ;\n"
    "  -prune                      do not go into this directory\n"
    "  -depth -mindepth n -maxdepth n -xdev\n"
    "  ! e, ( e ), e -a e, e e, e -o e\n"
    "A number n is exact, +n is more, -n is less.\n";

struct settings settings = { .max_depth = -1, .links = FTS_PHYSICAL };
int status;
static bool quit;

void *
need(void *p)
{
	if (p == NULL)
		err(1, NULL);
	return p;
}

static bool
delete(const FTSENT *e)
{
	if (strcmp(e->fts_path, ".") == 0)
		return true;
	if ((S_ISDIR(e->fts_statp->st_mode) ? rmdir : unlink)(e->fts_accpath) == 0)
		return true;
	warn("%s", e->fts_path);
	status = 1;
	return false;
}

static void
list(const FTSENT *e)
{
	const struct stat *st = e->fts_statp;
	char mode[16], when[32], target[1024];
	ssize_t n;

	strmode(st->st_mode, mode);
	strftime(when, sizeof(when), "%b %e %H:%M %Y", localtime(&st->st_mtime));
	printf("%8llu %5lld %s %3lu %-8lu %-8lu %10lld %s %s", (unsigned long long)st->st_ino,
	    (long long)st->st_blocks, mode, (unsigned long)st->st_nlink, (unsigned long)st->st_uid,
	    (unsigned long)st->st_gid, (long long)st->st_size, when, e->fts_path);
	if (S_ISLNK(st->st_mode) && (n = readlink(e->fts_accpath, target, sizeof(target))) >= 0)
		printf(" -> %.*s", (int)n, target);
	putchar('\n');
}

/* Once `quit` is set nothing more is evaluated, and the value does not matter. */
static bool
evaluate(struct node *n, FTS *walk, FTSENT *e)
{
	bool value;

	switch (n->kind) {
	case AND:
		value = evaluate(n->a, walk, e);
		return !quit && value && evaluate(n->b, walk, e);
	case OR:
		value = evaluate(n->a, walk, e);
		return quit || value || evaluate(n->b, walk, e);
	case COMMA:
		evaluate(n->a, walk, e);
		return !quit && evaluate(n->b, walk, e);
	case NOT: return !evaluate(n->a, walk, e);
	case PRINT:
		puts(e->fts_path);
		return true;
	case PRINT0:
		fwrite(e->fts_path, 1, strlen(e->fts_path) + 1, stdout);
		return true;
	case LIST:
		list(e);
		return true;
	case PRUNE:
		if (!settings.depth_first)
			fts_set(walk, e, FTS_SKIP);
		return true;
	case DELETE: return delete(e);
	case EXEC:
	case OK: return run_once(&n->command, e->fts_path, n->kind == OK);
	case EXEC_MANY:
		collect(&n->command, e->fts_path);
		return true;
	case QUIT: return quit = true;
	default: return test(n, e);
	}
}

static void
visit(struct node *expression, FTS *walk, FTSENT *e)
{
	switch (e->fts_info) {
	case FTS_D:
		if (settings.max_depth >= 0 && e->fts_level >= settings.max_depth)
			fts_set(walk, e, FTS_SKIP);
		if (settings.depth_first)
			return;
		break;
	case FTS_DP:
		if (!settings.depth_first)
			return;
		break;
	case FTS_DNR:
	case FTS_ERR:
	case FTS_NS:
		fflush(stdout);
		warnc(e->fts_errno, "%s", e->fts_path);
		status = 1;
		return;
	case FTS_DC:
		warnx("%s: directories form a cycle", e->fts_path);
		status = 1;
		return;
	}
	if (e->fts_level < settings.min_depth || (settings.max_depth >= 0 && e->fts_level > settings.max_depth))
		return;
	evaluate(expression, walk, e);
}

int
main(int argc, char **argv)
{
	static char here[] = ".";
	char *none[] = { here, NULL }, **paths, *stopped;
	struct node *expression;
	FTSENT *e;
	FTS *walk;
	int c, i;

	if (argc > 1 && strcmp(argv[1], "--help") == 0) {
		fputs(usage_text, stdout);
		return 0;
	}
	for (i = 1; i < argc && argv[i][0] == '-' && argv[i][1] != '\0' && argv[i][2] == '\0' &&
	    strchr("HLP", c = argv[i][1]) != NULL; i++)
		settings.links = c == 'L' ? FTS_LOGICAL : c == 'H' ? FTS_PHYSICAL | FTS_COMFOLLOW : FTS_PHYSICAL;
	paths = argv + i;
	while (i < argc && argv[i][0] != '-' && strcmp(argv[i], "(") != 0 && strcmp(argv[i], "!") != 0)
		i++;
	settings.now = time(NULL);
	expression = parse(argv + i);
	stopped = argv[i];
	argv[i] = NULL;
	walk = fts_open(paths[0] == NULL ? none : paths, settings.links | FTS_NOCHDIR |
	    (settings.same_device ? FTS_XDEV : 0), NULL);
	argv[i] = stopped;
	if (walk == NULL)
		err(1, "fts_open");
	while (!quit && (errno = 0, e = fts_read(walk)) != NULL)
		visit(expression, walk, e);
	if (!quit && errno != 0)
		err(1, "fts_read");
	run_all_collected(expression);
	if (fflush(stdout) == EOF)
		err(1, "stdout");
	return status;
}
