/*
 * Listing an archive, and taking files out.
 */
#include "tar.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Directories get their modes and times last: putting files in needs the one and changes the other. */
struct later {
	struct entry entry;
	struct later *next;
};

static struct later *directories;

/* A name selects itself and what is below it. */
static bool
is_wanted(char **names, bool *found, const char *path)
{
	bool wanted = names[0] == NULL;

	for (size_t i = 0; names[i] != NULL; i++) {
		size_t length = strlen(names[i]);

		while (length > 1 && names[i][length - 1] == '/')
			length--;
		if ((strncmp(names[i], path, length) == 0 && (path[length] == '\0' || path[length] == '/')) ||
		    fnmatch(names[i], path, 0) == 0)
			found[i] = wanted = true;
	}
	return wanted;
}

static void
list(const struct entry *e)
{
	static const char letters[] = "-hlcbdp";
	char mode[16], when[32], owner[80], size[32];

	if (!options.verbose) {
		puts(e->path);
		return;
	}
	strmode(e->mode, mode);
	mode[0] = e->type >= '0' && e->type <= '6' ? letters[e->type - '0'] : '-';
	mode[10] = '\0';
	strftime(when, sizeof(when), "%Y-%m-%d %H:%M", localtime(&e->mtime));
	snprintf(size, sizeof(size), "%lld", (long long)e->size);
	if (e->type == '3' || e->type == '4')
		snprintf(size, sizeof(size), "%u,%u", (unsigned)major(e->device), (unsigned)minor(e->device));
	if (options.numeric || e->user[0] == '\0' || e->group[0] == '\0')
		snprintf(owner, sizeof(owner), "%lu/%lu", (unsigned long)e->uid, (unsigned long)e->gid);
	else
		snprintf(owner, sizeof(owner), "%s/%s", e->user, e->group);
	printf("%s %s %*s %s %s", mode, owner, (int)strlen(owner) < 18 ? 18 - (int)strlen(owner) : 0, size, when,
	    e->path);
	if (e->type == '1' || e->type == '2')
		printf("%s%s", e->type == '1' ? " link to " : " -> ", e->target);
	putchar('\n');
}

/* Nothing may be written outside of the current directory. */
static const char *
safe_path(const char *path)
{
	path += strspn(path, "/");
	for (const char *p = path; *p != '\0'; p += strcspn(p, "/"), p += strspn(p, "/"))
		if (strncmp(p, "..", 2) == 0 && (p[2] == '/' || p[2] == '\0')) {
			warnx("%s: leads out of the directory, left out", path);
			status = 1;
			return NULL;
		}
	return *path == '\0' ? "." : path;
}

static void
make_parents(const char *path)
{
	char *copy = need(strdup(path));

	for (char *slash = strchr(copy, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(copy, 0777);	/* most exist; what is really wrong shows when the file is made */
		*slash = '/';
	}
	free(copy);
}

static void
set_attributes(const struct entry *e, const char *path)
{
	struct timespec times[2] = { { e->mtime, 0 }, { e->mtime, 0 } };
	struct passwd *pw = getpwnam(e->user);
	struct group *gr = getgrnam(e->group);
	mode_t mask = umask(0);

	umask(mask);
	if (geteuid() == 0)
		lchown(path, pw != NULL ? pw->pw_uid : e->uid, gr != NULL ? gr->gr_gid : e->gid);
	if (e->type != '2' && chmod(path, options.preserve || geteuid() == 0 ? e->mode : e->mode & ~mask) == -1)
		complain(path);
	utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW);
}

static void
copy_contents(int fd, const char *path, off_t size)
{
	unsigned char block[BLOCK];
	bool good = fd != -1;

	for (; size > 0; size -= BLOCK) {
		size_t n = size < BLOCK ? (size_t)size : BLOCK;
		ssize_t w;

		if (!read_block(block))
			errx(2, "the archive ends within %s", path);
		for (size_t done = 0; good && done < n; done += (size_t)w)
			if ((w = write(fd, block + done, n - done)) == -1) {
				complain(path);
				good = false;
				break;
			}
	}
}

static bool
make_special(const struct entry *e, const char *path)
{
	const char *target;

	switch (e->type) {
	case '1':
		target = safe_path(e->target);
		return target != NULL && link(target, path) == 0;
	case '2': return symlink(e->target, path) == 0;
	case '3': return mknod(path, S_IFCHR | e->mode, e->device) == 0;
	case '4': return mknod(path, S_IFBLK | e->mode, e->device) == 0;
	default: return mkfifo(path, e->mode) == 0;
	}
}

static void
make_directory(struct entry *e, const char *path)
{
	struct later *l;
	struct stat st;

	if (mkdir(path, 0700) == -1 && (errno != EEXIST || stat(path, &st) == -1 || !S_ISDIR(st.st_mode))) {
		complain(path);
		return;
	}
	l = need(malloc(sizeof(*l)));
	l->entry = *e;
	l->entry.path = need(strdup(path));
	l->next = directories;
	directories = l;
}

static void
make_file(const struct entry *e, const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);

	if (fd == -1)
		complain(path);
	copy_contents(fd, path, e->size);
	if (fd == -1)
		return;
	if (close(fd) == -1)
		complain(path);
	set_attributes(e, path);
}

static void
extract(struct entry *e)
{
	const char *path = safe_path(e->path);
	char *trimmed;
	struct stat st;
	size_t length;

	if (path == NULL || (options.keep && e->type != '5' && lstat(path, &st) == 0)) {
		skip_data(e->type == '0' ? e->size : 0);
		return;
	}
	trimmed = need(strdup(path));
	for (length = strlen(trimmed); length > 1 && trimmed[length - 1] == '/'; length--)
		trimmed[length - 1] = '\0';
	make_parents(trimmed);
	if (e->type == '5')
		make_directory(e, trimmed);
	else {
		unlink(trimmed);
		if (e->type == '0')
			make_file(e, trimmed);
		else if (!make_special(e, trimmed))
			complain(trimmed);
		else if (e->type != '1')
			set_attributes(e, trimmed);
	}
	free(trimmed);
}

static bool
is_known(const struct entry *e)
{
	if (e->type >= '0' && e->type <= '6')
		return true;
	warnx("%s: of unknown type %c, left out", e->path, e->type);
	status = 1;
	return false;
}

void
process(char **names, bool extracting)
{
	size_t count = 0;
	struct entry e;
	bool *found;

	while (names[count] != NULL)
		count++;
	found = need(calloc(count + 1, sizeof(*found)));
	while (read_header(&e)) {
		bool wanted = is_wanted(names, found, e.path);

		if (wanted && !extracting)
			list(&e);
		else if (wanted && options.verbose)
			fprintf(options.to_stdout ? stderr : stdout, "%s\n", e.path);
		if (!wanted || !extracting || !is_known(&e) || (options.to_stdout && e.type != '0'))
			skip_data(e.type >= '1' && e.type <= '6' ? 0 : e.size);
		else if (options.to_stdout) {
			fflush(stdout);
			copy_contents(STDOUT_FILENO, "stdout", e.size);
		} else
			extract(&e);
		free_entry(&e);
	}
	for (struct later *l = directories, *next; l != NULL; l = next) {
		set_attributes(&l->entry, l->entry.path);
		next = l->next;
		free(l->entry.path);
		free(l);
	}
	for (size_t i = 0; i < count; i++)
		if (!found[i]) {
			warnx("%s: not in the archive", names[i]);
			status = 1;
		}
	free(found);
}
