/*
 * Making an archive.
 */
#include "tar.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Files with several names, to find the first under which each was put in. */
struct seen {
	dev_t dev;
	ino_t ino;
	char *path;
	struct seen *next;
};

static struct seen *table[256];

static const char *
earlier_name(const struct stat *st, const char *path)
{
	struct seen **bucket = &table[st->st_ino % 256], *s;

	for (s = *bucket; s != NULL; s = s->next)
		if (s->dev == st->st_dev && s->ino == st->st_ino)
			return s->path;
	s = need(malloc(sizeof(*s)));
	*s = (struct seen){ st->st_dev, st->st_ino, need(strdup(path)), *bucket };
	*bucket = s;
	return NULL;
}

/* An archive holds relative paths only. */
static char *
stored_path(const char *path, bool directory)
{
	static bool told;
	const char *start = path + strspn(path, "/");
	size_t length;
	char *result;

	if (start != path && !told) {
		warnx("removing the leading / from names");
		told = true;
	}
	length = strlen(start);
	while (length > 1 && start[length - 1] == '/')
		length--;
	if (length == 0)
		start = ".", length = 1;
	if (asprintf(&result, "%.*s%s", (int)length, start, directory ? "/" : "") == -1)
		err(2, NULL);
	return result;
}

static bool
set_type(struct entry *e, const char *access_path, const struct stat *st)
{
	char target[4096];
	const char *earlier;
	ssize_t n;

	switch (st->st_mode & S_IFMT) {
	case S_IFREG:
		e->type = '0';
		e->size = st->st_size;
		break;
	case S_IFDIR: e->type = '5'; return true;
	case S_IFCHR: e->type = '3'; break;
	case S_IFBLK: e->type = '4'; break;
	case S_IFIFO: e->type = '6'; break;
	case S_IFLNK:
		e->type = '2';
		if ((n = readlink(access_path, target, sizeof(target) - 1)) == -1) {
			complain(access_path);
			return false;
		}
		target[n] = '\0';
		e->target = need(strdup(target));
		return true;
	default:
		warnx("%s: a socket, left out", access_path);
		return false;
	}
	e->device = st->st_rdev;
	if (st->st_nlink > 1 && (earlier = earlier_name(st, e->path)) != NULL) {
		e->type = '1';
		e->size = 0;
		e->target = need(strdup(earlier));
	}
	return true;
}

/* As many bytes as the header has announced, whatever happens to the file meanwhile. */
static void
write_contents(int fd, const char *path, off_t size)
{
	bool short_told = false;

	while (size > 0) {
		char block[BLOCK];
		size_t wanted = size < BLOCK ? (size_t)size : BLOCK, got = 0;
		ssize_t n = 0;

		memset(block, 0, BLOCK);
		while (got < wanted && (n = read(fd, block + got, wanted - got)) > 0)
			got += (size_t)n;
		if (got < wanted && !short_told) {
			short_told = true;
			status = 1;
			if (n == -1)
				warn("%s", path);
			else
				warnx("%s: has become shorter", path);
		}
		write_block(block);
		size -= (off_t)wanted;
	}
}

static void
add_file(const char *access_path, const char *path, const struct stat *st)
{
	struct entry e;
	struct passwd *pw;
	struct group *gr;
	int fd = -1;

	memset(&e, 0, sizeof(e));
	e.path = stored_path(path, S_ISDIR(st->st_mode));
	e.mode = st->st_mode;
	e.uid = st->st_uid;
	e.gid = st->st_gid;
	e.mtime = st->st_mtime;
	if ((pw = getpwuid(st->st_uid)) != NULL)
		snprintf(e.user, sizeof(e.user), "%s", pw->pw_name);
	if ((gr = getgrgid(st->st_gid)) != NULL)
		snprintf(e.group, sizeof(e.group), "%s", gr->gr_name);
	if (set_type(&e, access_path, st)) {
		if (e.type == '0' && e.size > 0 && (fd = open(access_path, O_RDONLY)) == -1)
			complain(access_path);
		else {
			write_header(&e);
			if (options.verbose)
				fprintf(options.file == NULL || strcmp(options.file, "-") == 0 ? stderr : stdout,
				    "%s\n", e.path);
			if (fd != -1)
				write_contents(fd, access_path, e.size);
		}
	}
	if (fd != -1)
		close(fd);
	free_entry(&e);
}

static int
by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

void
add_tree(char *path)
{
	char *paths[] = { path, NULL };
	FTS *walk = fts_open(paths, FTS_NOCHDIR | (options.follow ? FTS_LOGICAL : FTS_PHYSICAL), by_name);
	FTSENT *f;

	if (walk == NULL)
		err(2, "%s", path);
	while ((f = fts_read(walk)) != NULL)
		switch (f->fts_info) {
		case FTS_DP: break;
		case FTS_DNR:
		case FTS_ERR:
		case FTS_NS:
			errno = f->fts_errno;
			complain(f->fts_path);
			break;
		default: add_file(f->fts_accpath, f->fts_path, f->fts_statp);
		}
	fts_close(walk);
}
