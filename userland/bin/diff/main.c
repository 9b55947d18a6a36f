/*
 * diff: how two files, or two directories of files, differ.
 */
#define _OPENBSD_SOURCE	/* strtonum */
#include "diff.h"

#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage_text[] =
    "usage: diff [-c | -C lines | -e | -q | -u | -U lines] [-abiNrsw] [-L label] ... file1 file2\n"
    "  -a  all files are text              -b  blanks may differ in number    -w  or be missing\n"
    "  -c  with context     -C n  n lines  -e  as a script for ed             -i  case does not matter\n"
    "  -u  unified context  -U n  n lines  -L  in place of a file's name      -N  missing files are empty\n"
    "  -q  only whether they differ        -r  directories within, too        -s  say which are the same\n"
    "The status is 0 for no differences, 1 for some, 2 for trouble.\n";

struct options options = { .style = NORMAL, .context = 3 };
static char **switches;		/* as given, for the line that tells how files in directories were compared */
static int switch_count;

static int compare_paths(const char *a, const char *b, bool in_directory);
static int compare_directories(const char *a, const char *b);

static _Noreturn void
usage(int status)
{
	fputs(usage_text, status == 0 ? stdout : stderr);
	exit(status);
}

void *
need(void *p)
{
	if (p == NULL)
		err(2, NULL);
	return p;
}

static char *
join(const char *directory, const char *name)
{
	size_t length = strlen(directory);
	char *path;

	if (asprintf(&path, "%s%s%s", directory, length > 0 && directory[length - 1] == '/' ? "" : "/", name) == -1)
		err(2, NULL);
	return path;
}

static void
put_command(const struct file files[2])
{
	fputs("diff", stdout);
	for (int i = 0; i < switch_count; i++)
		printf(" %s", switches[i]);
	for (int i = 0; i < 2; i++)
		printf(" %s", options.labels[i] != NULL ? options.labels[i] : files[i].name);
	putchar('\n');
}

static int
report(struct file files[2], bool in_directory)
{
	struct change *changes;
	size_t count;

	split_lines(files);
	count = find_changes(files, &changes);
	if (count > 0) {
		if (options.style == BRIEF)
			printf("Files %s and %s differ\n", files[0].name, files[1].name);
		else if (in_directory)
			put_command(files);
		write_changes(files, changes, count);
	}
	free(changes);
	/* ed cannot do without it. */
	for (int i = 0; i < 2; i++)
		if (options.style == ED && files[i].lacks_newline) {
			warnx("%s: no newline at its end", files[i].name);
			return 2;
		}
	return count > 0;
}

static int
compare_files(const char *a, const char *b, bool a_absent, bool b_absent, bool in_directory)
{
	struct file files[2] = { { .is_absent = a_absent }, { .is_absent = b_absent } };
	bool good = read_file(&files[0], a);
	int status = 2;

	/* Both are tried, and complained about. */
	if (read_file(&files[1], b) && good) {
		if (files[0].size == files[1].size && (files[0].size == 0 ||
		    memcmp(files[0].data, files[1].data, files[0].size) == 0))
			status = 0;
		else if (files[0].is_binary || files[1].is_binary) {
			printf("%s %s and %s differ\n", options.style == BRIEF ? "Files" : "Binary files", a, b);
			status = 1;
		} else
			status = report(files, in_directory);
		if (status == 0 && options.report_same)
			printf("Files %s and %s are identical\n", a, b);
	}
	free_file(&files[0]);
	free_file(&files[1]);
	return status;
}

static int
not_dots(const struct dirent *d)
{
	return strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0;
}

/* With -N, a directory that does not exist is an empty one. */
static int
list_directory(const char *path, struct dirent ***list)
{
	int n = scandir(path, list, not_dots, alphasort);

	if (n == -1 && errno == ENOENT && options.absent_as_empty) {
		*list = NULL;
		return 0;
	}
	if (n == -1)
		warn("%s", path);
	return n;
}

static int
only_in(const char *directory, const char *name, const char *other, bool first)
{
	char *mine, *missing;
	struct stat st;
	int status = 1;

	mine = join(directory, name);
	missing = join(other, name);
	if (options.absent_as_empty && stat(mine, &st) == 0 && !S_ISDIR(st.st_mode))
		status = compare_files(first ? mine : missing, first ? missing : mine, !first, first, true);
	else if (options.absent_as_empty && options.recursive)
		status = compare_directories(first ? mine : missing, first ? missing : mine);
	else
		printf("Only in %s: %s\n", directory, name);
	free(mine);
	free(missing);
	return status;
}

static int
compare_directories(const char *a, const char *b)
{
	struct dirent **x, **y;
	int n = list_directory(a, &x), m = list_directory(b, &y), i = 0, j = 0, status = 0, one;

	if (n == -1 || m == -1)
		return 2;
	while (i < n || j < m) {
		int order = i == n ? 1 : j == m ? -1 : strcmp(x[i]->d_name, y[j]->d_name);

		if (order < 0)
			one = only_in(a, x[i]->d_name, b, true);
		else if (order > 0)
			one = only_in(b, y[j]->d_name, a, false);
		else {
			char *p = join(a, x[i]->d_name), *q = join(b, x[i]->d_name);

			one = compare_paths(p, q, true);
			free(p);
			free(q);
		}
		status = one > status ? one : status;
		if (order <= 0)
			free(x[i++]);
		if (order >= 0)
			free(y[j++]);
	}
	free(x);
	free(y);
	return status;
}

static const char *
kind(const struct stat *st)
{
	switch (st->st_mode & S_IFMT) {
	case S_IFDIR: return "directory";
	case S_IFREG: return st->st_size == 0 ? "regular empty file" : "regular file";
	case S_IFIFO: return "fifo";
	case S_IFCHR: return "character special file";
	case S_IFBLK: return "block special file";
	case S_IFSOCK: return "socket";
	default: return "special file";
	}
}

/* A file against a directory is against the file of that name in it, except within directories. */
static int
compare_paths(const char *a, const char *b, bool in_directory)
{
	const char *names[2] = { a, b };
	bool directory[2] = { false, false }, absent[2] = { false, false }, special;
	struct stat st[2];
	char *path;
	int status;

	for (int i = 0; i < 2; i++) {
		if (strcmp(names[i], "-") == 0)
			continue;
		if (stat(names[i], &st[i]) == 0)
			directory[i] = S_ISDIR(st[i].st_mode);
		else if (options.absent_as_empty && errno == ENOENT)
			absent[i] = true;
		else {
			warn("%s", names[i]);
			return 2;
		}
	}
	if (directory[0] && directory[1]) {
		if (!in_directory || options.recursive)
			return compare_directories(a, b);
		printf("Common subdirectories: %s and %s\n", a, b);
		return 0;
	}
	/* Within directories nothing is read that might never end. */
	special = in_directory && ((!absent[0] && !directory[0] && !S_ISREG(st[0].st_mode)) ||
	    (!absent[1] && !directory[1] && !S_ISREG(st[1].st_mode)));
	if (directory[0] == directory[1] && !special)
		return compare_files(a, b, absent[0], absent[1], in_directory);
	if (in_directory) {
		printf("File %s is a %s while file %s is a %s\n", a, kind(&st[0]), b, kind(&st[1]));
		return 1;
	}
	if (strcmp(names[directory[0] ? 1 : 0], "-") == 0)
		errx(2, "a directory cannot be compared with standard input");
	path = strrchr(names[directory[0] ? 1 : 0], '/');
	path = join(names[directory[0] ? 0 : 1], path == NULL ? names[directory[0] ? 1 : 0] : path + 1);
	status = directory[0] ? compare_paths(path, b, false) : compare_paths(a, path, false);
	free(path);
	return status;
}

static void
set_context(enum style style, const char *text)
{
	const char *wrong = NULL;
	size_t lines = text == NULL ? 3 : (size_t)strtonum(text, 0, 1 << 30, &wrong);

	if (wrong != NULL)
		errx(2, "%s: the number of lines is %s", text, wrong);
	options.style = style;
	options.context = lines;
}

int
main(int argc, char **argv)
{
	int c, status;

	if (argc > 1 && strcmp(argv[1], "--help") == 0)
		usage(0);
	while ((c = getopt(argc, argv, "abcC:eiL:NqrsuU:w")) != -1)
		switch (c) {
		case 'C': set_context(CONTEXT, optarg); break;
		case 'L':
			if (options.label_count == 2)
				usage(2);
			options.labels[options.label_count++] = optarg;
			break;
		case 'N': options.absent_as_empty = true; break;
		case 'U': set_context(UNIFIED, optarg); break;
		case 'a': options.text = true; break;
		case 'b': options.squeeze_blanks = true; break;
		case 'c': set_context(CONTEXT, NULL); break;
		case 'e': options.style = ED; break;
		case 'i': options.fold = true; break;
		case 'q': options.style = BRIEF; break;
		case 'r': options.recursive = true; break;
		case 's': options.report_same = true; break;
		case 'u': set_context(UNIFIED, NULL); break;
		case 'w': options.ignore_blanks = true; break;
		default: usage(2);
		}
	switches = argv + 1;
	switch_count = optind - 1;
	if (argc - optind != 2)
		usage(2);
	status = compare_paths(argv[optind], argv[optind + 1], false);
	if (fflush(stdout) == EOF)
		err(2, "stdout");
	return status;
}
