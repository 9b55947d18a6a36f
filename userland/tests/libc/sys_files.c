/* Directories, paths, patterns and walks over a small tree. */
#include <sys/param.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <dirent.h>
#include <fcntl.h>
#include <fts.h>
#include <ftw.h>
#include <glob.h>
#include <utime.h>
#include <unistd.h>

#include "../check.h"

static char top[] = "/tmp/sys_files.XXXXXX";

static void
make(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0644);

	CHECK(fd != -1);
	close(fd);
}

/* top: a.c b.c .hidden sub/{c.c,deep/d.h} link -> sub, dangling -> nowhere */
static void
make_tree(void)
{
	CHECK(mkdtemp(top) == top);
	CHECK_EQ(chdir(top), 0);
	make("a.c");
	make("b.c");
	make(".hidden");
	CHECK_EQ(mkdir("sub", 0755), 0);
	make("sub/c.c");
	CHECK_EQ(mkdir("sub/deep", 0755), 0);
	make("sub/deep/d.h");
	CHECK_EQ(symlink("sub", "link"), 0);
	CHECK_EQ(symlink("nowhere", "dangling"), 0);
}

static int
visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static void
test_directories(void)
{
	struct dirent **list, *entry, copy, *result;
	char names[3][NAME_MAX + 1];
	long where;
	DIR *d;
	int n;

	n = scandir(".", &list, visible, alphasort);
	CHECK_EQ(n, 5);
	CHECK_STR(list[0]->d_name, "a.c");
	CHECK_STR(list[4]->d_name, "sub");
	CHECK_EQ(list[4]->d_type, DT_DIR);
	while (n > 0)
		free(list[--n]);
	free(list);
	CHECK_ERRNO(scandir("nonexistent", &list, NULL, NULL), ENOENT);

	CHECK(opendir("a.c") == NULL);
	CHECK_EQ(errno, ENOTDIR);
	d = opendir(".");
	CHECK(d != NULL);
	CHECK(fcntl(dirfd(d), F_GETFD) & FD_CLOEXEC);
	for (n = 0; (entry = readdir(d)) != NULL; n++)
		if (n < 2)
			strcpy(names[n], entry->d_name);
	CHECK_EQ(n, 8);
	rewinddir(d);
	CHECK_STR(readdir(d)->d_name, names[0]);
	where = telldir(d);
	CHECK_STR(readdir(d)->d_name, names[1]);
	while (readdir(d) != NULL)
		continue;
	seekdir(d, where);
	CHECK_EQ(readdir_r(d, &copy, &result), 0);
	CHECK_STR(result->d_name, names[1]);
	closedir(d);
}

static void
test_paths(void)
{
	char path[PATH_MAX], expected[PATH_MAX], *allocated;
	struct utimbuf times = { 1000, 2000 };
	struct statvfs vfs;
	struct stat st;

	CHECK(getcwd(path, sizeof(path)) == path);
	CHECK_STR(path, top);
	CHECK(getcwd(path, 3) == NULL);
	CHECK_EQ(errno, ERANGE);
	allocated = getcwd(NULL, 0);
	CHECK_STR(allocated, top);
	free(allocated);

	snprintf(expected, sizeof(expected), "%s/sub/c.c", top);
	CHECK_STR(realpath("link/../link/./c.c", path), expected);
	CHECK(realpath("dangling", path) == NULL);
	CHECK_EQ(errno, ENOENT);
	CHECK(realpath("a.c/x", path) == NULL);
	CHECK_EQ(errno, ENOTDIR);
	CHECK_STR(realpath("/", path), "/");
	CHECK_EQ(symlink("loop", "loop"), 0);
	CHECK(realpath("loop", path) == NULL);
	CHECK_EQ(errno, ELOOP);
	CHECK_EQ(unlink("loop"), 0);

	CHECK_EQ(utime("a.c", &times), 0);
	CHECK_EQ(stat("a.c", &st), 0);
	CHECK_EQ(st.st_atime, 1000);
	CHECK_EQ(st.st_mtime, 2000);
	CHECK_EQ(statvfs(".", &vfs), 0);
	CHECK(vfs.f_bsize > 0);
}

/* The results, joined. */
static const char *
globbed(const char *pattern, int flags)
{
	static char out[512];
	glob_t g;
	size_t i;
	int error = glob(pattern, flags, NULL, &g);

	if (error != 0)
		return error == GLOB_NOMATCH ? "nothing" : "error";
	out[0] = '\0';
	for (i = 0; i < g.gl_pathc; i++) {
		strcat(out, i > 0 ? " " : "");
		strcat(out, g.gl_pathv[i]);
	}
	CHECK(g.gl_pathv[g.gl_pathc] == NULL);
	globfree(&g);
	return out;
}

static void
test_glob(void)
{
	CHECK_STR(globbed("*.c", 0), "a.c b.c");
	CHECK_STR(globbed("*/*.c", 0), "link/c.c sub/c.c");
	CHECK_STR(globbed("./s*/d*/?.h", 0), "./sub/deep/d.h");
	CHECK_STR(globbed("*.x", 0), "nothing");
	CHECK_STR(globbed("*.x", GLOB_NOCHECK), "*.x");
	CHECK_STR(globbed("x", GLOB_NOMAGIC), "x");
	CHECK_STR(globbed("*.x", GLOB_NOMAGIC), "nothing");
	CHECK_STR(globbed("s*", GLOB_MARK), "sub/");
	CHECK_STR(globbed("d*", 0), "dangling");
	CHECK_STR(globbed(".h*", 0), ".hidden");
	CHECK_STR(globbed("{b,a}.c", GLOB_BRACE), "b.c a.c");
	CHECK_STR(globbed("sub/{c.{c,h},deep/*}", GLOB_BRACE), "sub/c.c sub/deep/d.h");
	CHECK_STR(globbed("**/*.h", GLOB_STAR), "sub/deep/d.h");
	CHECK_STR(globbed("\\a.c", 0), "a.c");
	setenv("HOME", "/", 1);
	CHECK_STR(globbed("~", GLOB_TILDE), "/");
}

static int
by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

static void
test_fts(void)
{
	char *const roots[] = { ".", NULL };
	char seen[512] = "";
	FTS *fts = fts_open(roots, FTS_PHYSICAL, by_name);
	FTSENT *p;

	CHECK(fts != NULL);
	while ((p = fts_read(fts)) != NULL) {
		char line[64];

		snprintf(line, sizeof(line), "%s:%d ", p->fts_path, p->fts_info);
		strcat(seen, line);
		if (strcmp(p->fts_name, "deep") == 0)
			fts_set(fts, p, FTS_SKIP);
	}
	CHECK_EQ(errno, 0);
	CHECK_STR(seen, ".:1 ./.hidden:8 ./a.c:8 ./b.c:8 ./dangling:12 ./link:12 ./sub:1 ./sub/c.c:8 "
	    "./sub/deep:1 ./sub/deep:6 ./sub:6 .:6 ");
	CHECK_EQ(fts_close(fts), 0);
}

static int files, depth_max;

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *place)
{
	(void)st;
	if (place->level > depth_max)
		depth_max = place->level;
	CHECK(strcmp(path + place->base, "tmp") != 0);
	if (type == FTW_DP)
		return rmdir(path);
	files++;
	return unlink(path);
}

static void
test_nftw(void)
{
	CHECK_EQ(chdir("/"), 0);
	CHECK_EQ(nftw(top, remove_one, 10, FTW_PHYS | FTW_DEPTH), 0);
	CHECK_EQ(files, 7);
	CHECK_EQ(depth_max, 3);
	CHECK_ERRNO(access(top, F_OK), ENOENT);
}

int
main(void)
{
	make_tree();
	test_directories();
	test_paths();
	test_glob();
	test_fts();
	test_nftw();
	return 0;
}
