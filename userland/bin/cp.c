/* cp: copy files. */
#include <sys/param.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <unistd.h>

#include "ask.h"
#include "command.h"

static const char usage[] =
    "usage: cp [-R [-H | -L | -P]] [-f | -i | -n] [-alNpv] source target\n"
    "       cp [-R [-H | -L | -P]] [-f | -i | -n] [-alNpv] source ... directory\n";

static bool force, interactive, keep_existing, links, preserve, recursive, verbose;
static char follow = '\0';	/* H, L or P */
static int status;
static mode_t mask;

/* A directory that the copy has made, so that "cp -R a a/b" does not copy its own result forever. */
struct made {
	const struct made *up;
	dev_t device;
	ino_t number;
};

static void copy(const char *, const char *, bool, const struct made *);

static void
complain(const char *path)
{
	warn("%s", path);
	status = 1;
}

/* -p: times, owner, mode. Without a right to give a file away, set-id bits are lost. */
static void
set_attributes(const char *path, const struct stat *st)
{
	struct timespec times[2] = { st->st_atim, st->st_mtim };
	mode_t mode = st->st_mode & ALLPERMS;

	if (utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW) == -1)
		complain(path);
	if (lchown(path, st->st_uid, st->st_gid) == -1) {
		if (errno != EPERM)
			complain(path);
		mode &= ~(mode_t)(S_ISUID | S_ISGID);
	}
	if (!S_ISLNK(st->st_mode) && chmod(path, mode) == -1)
		complain(path);
}

static bool
copy_bytes(int in, int out, const char *from, const char *to)
{
	static char buffer[65536];
	ssize_t n, written;

	while ((n = read(in, buffer, sizeof(buffer))) > 0)
		for (char *p = buffer; n > 0; p += written, n -= written)
			if ((written = write(out, p, (size_t)n)) == -1) {
				complain(to);
				return false;
			}
	if (n == -1) {
		complain(from);
		return false;
	}
	return true;
}

/* Whether an existing target is to be left alone. */
static bool
spare(const char *to)
{
	if (keep_existing)
		return true;
	if (!interactive)
		return false;
	fprintf(stderr, "overwrite %s? ", to);
	if (answer_is_yes())
		return false;
	fprintf(stderr, "not overwritten\n");
	return true;
}

static void
copy_regular(const char *from, const char *to, const struct stat *st, bool exists)
{
	int in, out;

	if (exists && spare(to))
		return;
	if (links) {
		if (exists && force)
			unlink(to);
		if (link(from, to) == -1)
			complain(to);
		return;
	}
	in = open(from, O_RDONLY);
	if (in == -1) {
		complain(from);
		return;
	}
	out = exists ? open(to, O_WRONLY | O_TRUNC) : -1;
	if (exists && out == -1 && force)
		unlink(to);
	if (!exists || (out == -1 && force))
		out = open(to, O_WRONLY | O_CREAT | O_TRUNC, st->st_mode & ~(mode_t)(S_ISUID | S_ISGID) & ALLPERMS);
	if (out == -1)
		complain(to);
	else {
		bool good = copy_bytes(in, out, from, to);

		if (close(out) == -1)
			complain(to);
		else if (good && preserve)
			set_attributes(to, st);
	}
	close(in);
}

static void
copy_link(const char *from, const char *to, const struct stat *st, bool exists)
{
	char target[MAXPATHLEN];
	ssize_t length = readlink(from, target, sizeof(target) - 1);

	if (length == -1) {
		complain(from);
		return;
	}
	target[length] = '\0';
	if (exists && (spare(to) || (unlink(to) == -1 && (complain(to), true))))
		return;
	if (symlink(target, to) == -1)
		complain(to);
	else if (preserve)
		set_attributes(to, st);
}

static void
copy_special(const char *to, const struct stat *st, bool exists)
{
	int result;

	if (exists && (spare(to) || (unlink(to) == -1 && (complain(to), true))))
		return;
	if (S_ISFIFO(st->st_mode))
		result = mkfifo(to, st->st_mode & ALLPERMS);
	else
		result = mknod(to, st->st_mode, st->st_rdev);
	if (result == -1)
		complain(to);
	else if (preserve)
		set_attributes(to, st);
}

static char *
join(const char *directory, const char *name)
{
	char *path;
	size_t length = strlen(directory);

	if (asprintf(&path, "%s%s%s", directory, length > 0 && directory[length - 1] == '/' ? "" : "/", name) == -1)
		err(1, NULL);
	return path;
}

static bool
is_made(const struct made *made, const struct stat *st)
{
	for (; made != NULL; made = made->up)
		if (made->device == st->st_dev && made->number == st->st_ino)
			return true;
	return false;
}

static void
copy_directory(const char *from, const char *to, const struct stat *st, bool exists, const struct made *up)
{
	struct stat made_st;
	struct made made = { .up = up };
	struct dirent *d;
	DIR *directory;

	if (!recursive) {
		warnx("%s is a directory (not copied)", from);
		status = 1;
		return;
	}
	/* We must be able to fill it, whatever its mode is to be. */
	if (!exists && mkdir(to, (st->st_mode & ALLPERMS) | S_IRWXU) == -1) {
		complain(to);
		return;
	}
	if (stat(to, &made_st) == -1 || (directory = opendir(from)) == NULL) {
		complain(from);
		return;
	}
	made.device = made_st.st_dev;
	made.number = made_st.st_ino;
	while ((d = readdir(directory)) != NULL) {
		if (strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0) {
			char *source = join(from, d->d_name), *target = join(to, d->d_name);

			copy(source, target, false, &made);
			free(source);
			free(target);
		}
	}
	closedir(directory);
	if (preserve)
		set_attributes(to, st);
	else if (!exists && chmod(to, st->st_mode & ALLPERMS & ~mask) == -1)
		complain(to);
}

static void
copy(const char *from, const char *to, bool argument, const struct made *made)
{
	struct stat st, target;
	bool exists, through = follow == 'L' || (follow == 'H' && argument) || (follow == '\0' && !recursive);

	if ((through ? stat(from, &st) : lstat(from, &st)) == -1) {
		complain(from);
		return;
	}
	if (S_ISDIR(st.st_mode) && is_made(made, &st))
		return;
	exists = (S_ISLNK(st.st_mode) ? lstat(to, &target) : stat(to, &target)) == 0;
	if (exists && st.st_dev == target.st_dev && st.st_ino == target.st_ino) {
		warnx("%s and %s are identical (not copied).", to, from);
		status = 1;
		return;
	}
	if (exists && S_ISDIR(target.st_mode) != S_ISDIR(st.st_mode)) {
		errno = S_ISDIR(st.st_mode) ? ENOTDIR : EISDIR;
		complain(to);
		return;
	}
	if (verbose)
		printf("%s -> %s\n", from, to);
	if (S_ISDIR(st.st_mode))
		copy_directory(from, to, &st, exists, made);
	else if (S_ISLNK(st.st_mode))
		copy_link(from, to, &st, exists);
	else if (S_ISREG(st.st_mode) || !recursive)
		copy_regular(from, to, &st, exists);
	else
		copy_special(to, &st, exists);
}

/* The last component of a path, without slashes at the end. */
static char *
last_component(const char *path)
{
	size_t end = strlen(path), start;

	while (end > 1 && path[end - 1] == '/')
		end--;
	for (start = end; start > 0 && path[start - 1] != '/'; start--)
		continue;
	return strndup(path + start, end - start);
}

int
main(int argc, char **argv)
{
	struct stat st;
	const char *target;
	bool into;
	int c;

	answer_help(argc, argv, usage);
	while ((c = getopt(argc, argv, "HLNPRafilnprv")) != -1) {
		switch (c) {
		case 'H': case 'L': case 'P': follow = (char)c; break;
		case 'N': break;	/* no file flags are copied anyway */
		case 'R': case 'r': recursive = true; break;
		case 'a': follow = 'P'; preserve = recursive = true; break;
		case 'f': force = true; interactive = keep_existing = false; break;
		case 'i': interactive = true; force = keep_existing = false; break;
		case 'l': links = true; break;
		case 'n': keep_existing = true; force = interactive = false; break;
		case 'p': preserve = true; break;
		case 'v': verbose = true; break;
		default: usage_error(usage);
		}
	}
	argc -= optind;
	argv += optind;
	if (argc < 2)
		usage_error(usage);
	umask(mask = umask(0));
	if (preserve)
		umask(0);
	if (recursive && follow == '\0')
		follow = 'P';
	target = argv[argc - 1];
	into = stat(target, &st) == 0 && S_ISDIR(st.st_mode);
	if (!into && argc > 2) {
		errno = ENOTDIR;
		err(1, "%s", target);
	}
	for (int i = 0; i < argc - 1; i++) {
		char *name = last_component(argv[i]);
		char *to = into ? join(target, name) : strdup(target);

		copy(argv[i], to, true, NULL);
		free(name);
		free(to);
	}
	return output_failed() ? 1 : status;
}
