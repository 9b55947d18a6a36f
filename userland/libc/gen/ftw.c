/* ftw(3) and nftw(3), on fts(3). */
#include <sys/stat.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <ftw.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

typedef int (*visit_old)(const char *, const struct stat *, int);
typedef int (*visit_new)(const char *, const struct stat *, int, struct FTW *);

struct walk {
	visit_old old;
	visit_new new;
	int flags;
	int start;	/* descriptor of the directory to come back to, with FTW_CHDIR */
};

/* What the walk's functions call the node; -1: not to be shown. */
static int
type_of(const FTSENT *p, const struct walk *w)
{
	bool depth = (w->flags & FTW_DEPTH) != 0;

	switch (p->fts_info) {
	case FTS_D:
		return depth ? -1 : FTW_D;
	case FTS_DP:
		return depth ? FTW_DP : -1;
	case FTS_DNR:
		return FTW_DNR;
	case FTS_F:
	case FTS_DEFAULT:
		return FTW_F;
	case FTS_NS:
	case FTS_NSOK:
		return FTW_NS;
	case FTS_SL:
		return FTW_SL;
	case FTS_SLNONE:
		return w->new != NULL ? FTW_SLN : FTW_SL;
	default:
		return -1;
	}
}

static int
enter_directory_of(const FTSENT *p, size_t base)
{
	char directory[base + 1];

	if (base == 0)
		return 0;
	memcpy(directory, p->fts_path, base);
	directory[base] = '\0';
	return chdir(directory);
}

static int
show(const FTSENT *p, const struct walk *w, int type)
{
	struct FTW place = { .level = p->fts_level };
	const char *slash;
	int result;

	if (w->old != NULL)
		return w->old(p->fts_path, p->fts_statp, type);
	slash = strrchr(p->fts_path, '/');
	if (slash != NULL && slash[1] != '\0')
		place.base = slash + 1 - p->fts_path;
	if (w->start != -1 && enter_directory_of(p, place.base) == -1)
		return -1;
	result = w->new(p->fts_path, p->fts_statp, type, &place);
	if (w->start != -1 && fchdir(w->start) == -1)
		return -1;
	return result;
}

static int
walk(const char *path, const struct walk *w, int options)
{
	char *const paths[] = { __UNCONST(path), NULL };
	FTS *fts = fts_open(paths, options, NULL);
	int result = 0, type, saved;
	FTSENT *p;

	if (fts == NULL)
		return -1;
	while (result == 0 && (p = fts_read(fts)) != NULL) {
		if (p->fts_info == FTS_ERR || (p->fts_info == FTS_NS && p->fts_level == FTS_ROOTLEVEL)) {
			errno = p->fts_errno;
			result = -1;
			break;
		}
		type = type_of(p, w);
		if (type != -1)
			result = show(p, w, type);
	}
	if (result == 0 && errno != 0)
		result = -1;
	saved = errno;
	fts_close(fts);
	errno = saved;
	return result;
}

int
ftw(const char *path, visit_old function, int descriptors)
{
	const struct walk w = { .old = function, .start = -1 };

	if (descriptors < 1) {
		errno = EINVAL;
		return -1;
	}
	return walk(path, &w, FTS_LOGICAL | FTS_NOCHDIR);
}

int
nftw(const char *path, visit_new function, int descriptors, int flags)
{
	struct walk w = { .new = function, .flags = flags, .start = -1 };
	int options = FTS_NOCHDIR, result, saved;

	if (descriptors < 1) {
		errno = EINVAL;
		return -1;
	}
	options |= (flags & FTW_PHYS) != 0 ? FTS_PHYSICAL : FTS_LOGICAL;
	if ((flags & FTW_MOUNT) != 0)
		options |= FTS_XDEV;
	if ((flags & FTW_CHDIR) != 0 && (w.start = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)) == -1)
		return -1;
	result = walk(path, &w, options);
	saved = errno;
	if (w.start != -1)
		close(w.start);
	errno = saved;
	return result;
}
