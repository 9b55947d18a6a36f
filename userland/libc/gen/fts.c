/*
 * fts(3): walking file hierarchies.
 *
 * The walk never changes directory: every node is reached by its path from where the walk began, which is
 * what FTS_NOCHDIR promises and the other mode permits.
 */
#include <sys/stat.h>
#include <dirent.h>
#include <errno.h>
#include <fts.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static void
free_list(FTSENT *p)
{
	FTSENT *next;

	for (; p != NULL; p = next) {
		next = p->fts_link;
		free(p->fts_path);
		free(p->fts_statp);
		free(p);
	}
}

/* A node for parent/name; `parent` has level FTS_ROOTPARENTLEVEL for a root, whose path is its name. */
static FTSENT *
new_node(FTSENT *parent, const char *name)
{
	size_t length = strlen(name), before = 0;
	FTSENT *p = calloc(1, sizeof(*p) + length);

	if (p == NULL)
		return NULL;
	p->fts_statp = calloc(1, sizeof(*p->fts_statp));
	if (parent->fts_level >= FTS_ROOTLEVEL) {
		before = parent->fts_pathlen;
		if (before > 0 && parent->fts_path[before - 1] == '/')
			before--;
		before++;
	}
	p->fts_path = malloc(before + length + 1);
	if (p->fts_statp == NULL || p->fts_path == NULL) {
		free_list(p);
		return NULL;
	}
	if (before > 0) {
		memcpy(p->fts_path, parent->fts_path, before - 1);
		p->fts_path[before - 1] = '/';
	}
	strcpy(p->fts_path + before, name);
	strcpy(p->fts_name, name);
	p->fts_accpath = p->fts_path;
	p->fts_pathlen = before + length;
	p->fts_namelen = length;
	p->fts_parent = parent;
	p->fts_level = parent->fts_level + 1;
	p->fts_instr = FTS_NOINSTR;
	p->fts_symfd = -1;
	return p;
}

static unsigned short
info_of_directory(FTSENT *p)
{
	FTSENT *ancestor;

	for (ancestor = p->fts_parent; ancestor->fts_level >= FTS_ROOTLEVEL; ancestor = ancestor->fts_parent) {
		if (ancestor->fts_ino == p->fts_ino && ancestor->fts_dev == p->fts_dev) {
			p->fts_cycle = ancestor;
			return FTS_DC;
		}
	}
	return FTS_D;
}

/* Looks at the file and says what it is (FTS_*). */
static unsigned short
examine(FTS *sp, FTSENT *p, bool follow)
{
	struct stat *st = p->fts_statp;

	if ((sp->fts_options & FTS_LOGICAL) != 0 || follow) {
		if (stat(p->fts_accpath, st) == -1) {
			p->fts_errno = errno;
			if (lstat(p->fts_accpath, st) == 0) {
				p->fts_errno = 0;
				return FTS_SLNONE;
			}
			memset(st, 0, sizeof(*st));
			return FTS_NS;
		}
	} else if (lstat(p->fts_accpath, st) == -1) {
		p->fts_errno = errno;
		memset(st, 0, sizeof(*st));
		return FTS_NS;
	}
	p->fts_dev = st->st_dev;
	p->fts_ino = st->st_ino;
	p->fts_nlink = st->st_nlink;
	if (p->fts_level > FTS_ROOTLEVEL && (strcmp(p->fts_name, ".") == 0 || strcmp(p->fts_name, "..") == 0))
		return FTS_DOT;
	if (S_ISDIR(st->st_mode))
		return info_of_directory(p);
	if (S_ISLNK(st->st_mode))
		return FTS_SL;
	return S_ISREG(st->st_mode) ? FTS_F : FTS_DEFAULT;
}

static FTSENT *
sort_list(FTS *sp, FTSENT *head, size_t count)
{
	FTSENT *p;
	size_t i = 0;

	if (sp->fts_compar == NULL || count < 2)
		return head;
	if (count > sp->fts_nitems) {
		if (reallocarr(&sp->fts_array, count, sizeof(*sp->fts_array)) != 0)
			return head;
		sp->fts_nitems = count;
	}
	for (p = head; p != NULL; p = p->fts_link)
		sp->fts_array[i++] = p;
	qsort(sp->fts_array, count, sizeof(*sp->fts_array), (int (*)(const void *, const void *))sp->fts_compar);
	for (i = 0; i < count; i++)
		sp->fts_array[i]->fts_link = i + 1 < count ? sp->fts_array[i + 1] : NULL;
	return sp->fts_array[0];
}

static bool
wanted(const FTS *sp, const struct dirent *entry)
{
	const char *n = entry->d_name;

	if ((sp->fts_options & FTS_SEEDOT) != 0 || n[0] != '.')
		return true;
	return n[1] != '\0' && (n[1] != '.' || n[2] != '\0');
}

/* NULL with errno 0 is an empty directory. */
static FTSENT *
read_children(FTS *sp, FTSENT *parent, bool names_only)
{
	DIR *d = opendir(parent->fts_accpath);
	FTSENT *head = NULL, **tail = &head, *p;
	struct dirent *entry;
	size_t count = 0;
	int error;

	if (d == NULL)
		return NULL;
	while (errno = 0, (entry = readdir(d)) != NULL) {
		if (!wanted(sp, entry))
			continue;
		p = new_node(parent, entry->d_name);
		if (p == NULL) {
			errno = ENOMEM;
			break;
		}
		if (names_only || ((sp->fts_options & FTS_NOSTAT) != 0 && entry->d_type != DT_DIR &&
		    entry->d_type != DT_UNKNOWN && (entry->d_type != DT_LNK ||
		    (sp->fts_options & FTS_LOGICAL) == 0)))
			p->fts_info = FTS_NSOK;
		else
			p->fts_info = examine(sp, p, false);
		*tail = p;
		tail = &p->fts_link;
		count++;
	}
	error = errno;
	closedir(d);
	if (error != 0) {
		free_list(head);
		head = NULL;
	}
	errno = error;
	return sort_list(sp, head, count);
}

/* The list that fts_children may have made does not serve for the walk when it has names only. */
static void
drop_children(FTS *sp)
{
	free_list(sp->fts_child);
	sp->fts_child = NULL;
	sp->fts_options &= ~FTS_NAMEONLY;
}

FTS *
fts_open(char *const *paths, int options, int (*compare)(const FTSENT **, const FTSENT **))
{
	FTSENT *parent, *p, *head = NULL, **tail = &head;
	size_t count = 0;
	FTS *sp;

	if ((options & ~FTS_OPTIONMASK) != 0 || (options & (FTS_LOGICAL | FTS_PHYSICAL)) == 0) {
		errno = EINVAL;
		return NULL;
	}
	sp = calloc(1, sizeof(*sp));
	parent = calloc(1, sizeof(*parent));
	if (sp == NULL || parent == NULL)
		goto fail;
	sp->fts_compar = compare;
	sp->fts_options = options | FTS_NOCHDIR;
	sp->fts_rfd = -1;
	parent->fts_level = FTS_ROOTPARENTLEVEL;
	for (; *paths != NULL; paths++) {
		p = **paths == '\0' ? (errno = ENOENT, NULL) : new_node(parent, *paths);
		if (p == NULL)
			goto fail;
		p->fts_info = examine(sp, p, (options & FTS_COMFOLLOW) != 0);
		*tail = p;
		tail = &p->fts_link;
		count++;
	}
	head = sort_list(sp, head, count);

	/* The walk begins in front of the first root. */
	p = calloc(1, sizeof(*p));
	if (p == NULL)
		goto fail;
	p->fts_info = FTS_INIT;
	p->fts_parent = parent;
	p->fts_link = head;
	p->fts_instr = FTS_NOINSTR;
	sp->fts_cur = p;
	return sp;

fail:
	free_list(head);
	free(parent);
	free(sp);
	return NULL;
}

/* Goes to `p`. A node set to be skipped or followed before its turn is handled here. */
static FTSENT *
visit(FTS *sp, FTSENT *p)
{
	if (p->fts_level == FTS_ROOTLEVEL)
		sp->fts_dev = p->fts_dev;
	if (p->fts_instr == FTS_FOLLOW) {
		p->fts_instr = FTS_NOINSTR;
		p->fts_info = examine(sp, p, true);
	}
	sp->fts_cur = p;
	return p;
}

/* The next sibling that is not skipped, or the directory that they are in. */
static FTSENT *
advance(FTS *sp)
{
	FTSENT *p = sp->fts_cur, *next;

	do {
		next = p->fts_link;
		if (next == NULL) {
			next = p->fts_parent;
			p->fts_link = NULL;
			free_list(p);
			if (next->fts_level == FTS_ROOTPARENTLEVEL) {
				free(next);
				sp->fts_cur = NULL;
				errno = 0;
				return NULL;
			}
			next->fts_info = next->fts_errno != 0 ? FTS_ERR : FTS_DP;
			sp->fts_cur = next;
			return next;
		}
		p->fts_link = NULL;
		free_list(p);
		p = next;
	} while (p->fts_instr == FTS_SKIP);
	return visit(sp, p);
}

FTSENT *
fts_read(FTS *sp)
{
	FTSENT *p = sp->fts_cur;
	unsigned int instruction;

	if (p == NULL || (sp->fts_options & FTS_STOP) != 0)
		return NULL;
	instruction = p->fts_instr;
	p->fts_instr = FTS_NOINSTR;
	if (instruction == FTS_AGAIN) {
		p->fts_info = examine(sp, p, false);
		return p;
	}
	if (instruction == FTS_FOLLOW && (p->fts_info == FTS_SL || p->fts_info == FTS_SLNONE)) {
		p->fts_info = examine(sp, p, true);
		return p;
	}
	if (p->fts_info != FTS_D)
		return advance(sp);

	if (instruction == FTS_SKIP || ((sp->fts_options & FTS_XDEV) != 0 && p->fts_dev != sp->fts_dev)) {
		drop_children(sp);
		p->fts_info = FTS_DP;
		return p;
	}
	if ((sp->fts_options & FTS_NAMEONLY) != 0)
		drop_children(sp);
	if (sp->fts_child == NULL) {
		errno = 0;
		sp->fts_child = read_children(sp, p, false);
		if (sp->fts_child == NULL) {
			p->fts_errno = errno;
			p->fts_info = errno != 0 ? FTS_DNR : FTS_DP;
			return p;
		}
	}
	p = sp->fts_child;
	sp->fts_child = NULL;
	sp->fts_cur = p;
	if (p->fts_instr == FTS_SKIP)
		return advance(sp);
	return visit(sp, p);
}

FTSENT *
fts_children(FTS *sp, int instruction)
{
	FTSENT *p = sp->fts_cur;

	if (instruction != 0 && instruction != FTS_NAMEONLY) {
		errno = EINVAL;
		return NULL;
	}
	errno = 0;
	if (p == NULL)
		return NULL;
	if (p->fts_info == FTS_INIT)
		return p->fts_link;
	if (p->fts_info != FTS_D)
		return NULL;
	drop_children(sp);
	if (instruction == FTS_NAMEONLY)
		sp->fts_options |= FTS_NAMEONLY;
	sp->fts_child = read_children(sp, p, instruction == FTS_NAMEONLY);
	return sp->fts_child;
}

int
fts_set(FTS *sp, FTSENT *p, int instruction)
{
	(void)sp;
	if (instruction != 0 && instruction != FTS_AGAIN && instruction != FTS_FOLLOW &&
	    instruction != FTS_NOINSTR && instruction != FTS_SKIP) {
		errno = EINVAL;
		return 1;
	}
	p->fts_instr = instruction;
	return 0;
}

int
fts_close(FTS *sp)
{
	FTSENT *p = sp->fts_cur, *parent;

	for (; p != NULL; p = parent) {
		parent = p->fts_parent;
		free_list(p);
	}
	free_list(sp->fts_child);
	free(sp->fts_array);
	free(sp);
	return 0;
}
