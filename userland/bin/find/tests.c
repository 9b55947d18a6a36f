/*
 * Whether a file meets a condition.
 */
#include "find.h"

#include <dirent.h>
#include <fnmatch.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>

static bool
compare(const struct node *n, long long value)
{
	return n->sign < 0 ? value < n->number : n->sign > 0 ? value > n->number : value == n->number;
}

static bool
is_type(char letter, mode_t mode)
{
	switch (letter) {
	case 'b': return S_ISBLK(mode);
	case 'c': return S_ISCHR(mode);
	case 'd': return S_ISDIR(mode);
	case 'f': return S_ISREG(mode);
	case 'l': return S_ISLNK(mode);
	case 'p': return S_ISFIFO(mode);
	default: return S_ISSOCK(mode);
	}
}

static bool
is_empty(const FTSENT *e)
{
	struct dirent *d;
	bool empty = true;
	DIR *dir;

	if (S_ISREG(e->fts_statp->st_mode))
		return e->fts_statp->st_size == 0;
	if (!S_ISDIR(e->fts_statp->st_mode) || (dir = opendir(e->fts_accpath)) == NULL)
		return false;
	while (empty && (d = readdir(dir)) != NULL)
		empty = strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0;
	closedir(dir);
	return empty;
}

static bool
has_mode(const struct node *n, mode_t mode)
{
	mode &= 07777;
	if (n->sign < 0)
		return (mode & n->mode) == n->mode;
	if (n->sign > 0)
		return n->mode == 0 || (mode & n->mode) != 0;
	return mode == n->mode;
}

/* The last component; of a path that ends in slashes, the one before them. */
static bool
has_name(const struct node *n, const FTSENT *e)
{
	size_t length = e->fts_namelen;
	const char *start = e->fts_name;
	char name[1024];

	while (length > 1 && start[length - 1] == '/')
		length--;
	if (e->fts_level == FTS_ROOTLEVEL) {
		const char *p = start + length;

		while (p > start && p[-1] != '/')
			p--;
		length -= (size_t)(p - start);
		start = p;
	}
	if (length >= sizeof(name))
		return false;
	memcpy(name, start, length);
	name[length] = '\0';
	return fnmatch(n->text, name, n->fold ? FNM_CASEFOLD : 0) == 0;
}

bool
test(const struct node *n, const FTSENT *e)
{
	const struct stat *st = e->fts_statp;

	switch (n->kind) {
	case FALSE: return false;
	case NAME: return has_name(n, e);
	case PATH: return fnmatch(n->text, e->fts_path, n->fold ? FNM_CASEFOLD : 0) == 0;
	case TYPE: return is_type(n->text[0], st->st_mode);
	case SIZE: return compare(n, (st->st_size + n->unit - 1) / n->unit);
	case MODIFIED: return compare(n, (settings.now - st->st_mtime) / n->unit);
	case ACCESSED: return compare(n, (settings.now - st->st_atime) / n->unit);
	case CHANGED: return compare(n, (settings.now - st->st_ctime) / n->unit);
	case NEWER:
		return st->st_mtim.tv_sec != n->time.tv_sec ? st->st_mtim.tv_sec > n->time.tv_sec :
		    st->st_mtim.tv_nsec > n->time.tv_nsec;
	case PERM: return has_mode(n, st->st_mode);
	case USER: return compare(n, st->st_uid);
	case GROUP: return compare(n, st->st_gid);
	case NO_USER: return getpwuid(st->st_uid) == NULL;
	case NO_GROUP: return getgrgid(st->st_gid) == NULL;
	case LINKS: return compare(n, (long long)st->st_nlink);
	case INODE: return compare(n, (long long)st->st_ino);
	case EMPTY: return is_empty(e);
	default: return true;
	}
}
