/* ls: list directories. */
#include <sys/ioctl.h>
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "command.h"
#include "ls.h"

static const char usage[] = "usage: ls [-1AaCcdFfgHhiklLmnopqRrSsTtUux] [file ...]\n";

struct options options = { .width = 80, .block_size = 512 };

static int status;

const struct timespec *
time_of(const struct entry *e)
{
	switch (options.stamp) {
	case ACCESSED:
		return &e->st.st_atim;
	case CHANGED:
		return &e->st.st_ctim;
	case BORN:
		return &e->st.st_birthtim;
	default:
		return &e->st.st_mtim;
	}
}

static int
compare(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int result = 0;

	if (options.order == BY_SIZE)
		result = (y->st.st_size > x->st.st_size) - (y->st.st_size < x->st.st_size);
	else if (options.order == BY_TIME) {
		const struct timespec *t = time_of(x), *u = time_of(y);

		result = (u->tv_sec > t->tv_sec) - (u->tv_sec < t->tv_sec);
		if (result == 0)
			result = (u->tv_nsec > t->tv_nsec) - (u->tv_nsec < t->tv_nsec);
	}
	if (result == 0)
		result = strcoll(x->name, y->name);
	return options.reverse ? -result : result;
}

static char *
join(const char *directory, const char *name)
{
	char *path;
	size_t length = strlen(directory);
	const char *slash = length > 0 && directory[length - 1] == '/' ? "" : "/";

	if (asprintf(&path, "%s%s%s", directory, slash, name) == -1)
		err(2, NULL);
	return path;
}

/* Find out about a file, and add it to a list. Takes the path over. */
static void
add(struct list *list, const char *name, char *path, bool follow)
{
	struct entry *e;

	if (list->count == list->room) {
		list->room = list->room ? list->room * 2 : 32;
		list->entries = realloc(list->entries, list->room * sizeof(*list->entries));
		if (list->entries == NULL)
			err(2, NULL);
	}
	e = &list->entries[list->count];
	/* A link that leads nowhere is still a file. */
	if ((!follow || stat(path, &e->st) == -1) && lstat(path, &e->st) == -1) {
		warn("%s", path);
		status = 1;
		free(path);
		return;
	}
	e->name = strdup(name);
	e->path = path;
	list->count++;
}

static void
sort(struct list *list)
{
	if (options.order != UNSORTED)
		qsort(list->entries, list->count, sizeof(*list->entries), compare);
}

static void
clear(struct list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->entries[i].name);
		free(list->entries[i].path);
	}
	free(list->entries);
}

static bool
hidden(const char *name)
{
	if (name[0] != '.' || options.all)
		return false;
	return !options.almost_all || name[1] == '\0' || (name[1] == '.' && name[2] == '\0');
}

static void
list_directory(const char *path, bool heading, bool first)
{
	struct list list = { 0 };
	DIR *directory = opendir(path);
	struct dirent *d;

	if (directory == NULL) {
		warn("%s", path);
		status = 1;
		return;
	}
	if (heading)
		printf("%s%s:\n", first ? "" : "\n", path);
	while (errno = 0, (d = readdir(directory)) != NULL)
		if (!hidden(d->d_name))
			add(&list, d->d_name, join(path, d->d_name), options.follow == ALWAYS);
	if (errno != 0) {
		warn("%s", path);
		status = 1;
	}
	closedir(directory);
	sort(&list);
	print_list(&list, true);
	for (size_t i = 0; options.recursive && i < list.count; i++) {
		const char *name = list.entries[i].name;

		if (S_ISDIR(list.entries[i].st.st_mode) && strcmp(name, ".") != 0 && strcmp(name, "..") != 0)
			list_directory(list.entries[i].path, true, false);
	}
	clear(&list);
}

static void
list_arguments(int argc, char **argv)
{
	struct list all = { 0 }, files = { 0 }, directories = { 0 };
	/* Whether a link named as an argument stands for what it leads to. */
	bool follow = options.follow != NEVER ||
	    (options.format != LONG && !options.directories_as_files && !options.classify);

	for (int i = 0; i < argc; i++) {
		struct stat st;
		bool here = follow;

		if (follow && options.follow == NEVER)	/* only links to directories, then */
			here = stat(argv[i], &st) == 0 && S_ISDIR(st.st_mode);
		add(&all, argv[i], strdup(argv[i]), here);
	}
	sort(&all);
	files.entries = calloc(all.count + 1, sizeof(struct entry));
	directories.entries = calloc(all.count + 1, sizeof(struct entry));
	if (files.entries == NULL || directories.entries == NULL)
		err(2, NULL);
	for (size_t i = 0; i < all.count; i++) {
		bool is_directory = S_ISDIR(all.entries[i].st.st_mode) && !options.directories_as_files;
		struct list *list = is_directory ? &directories : &files;

		list->entries[list->count++] = all.entries[i];
	}
	if (files.count > 0)
		print_list(&files, false);
	for (size_t i = 0; i < directories.count; i++)
		list_directory(directories.entries[i].path, argc > 1 || options.recursive, files.count == 0 && i == 0);
}

static void
set_option(int c)
{
	switch (c) {
	case '1': options.format = SINGLE; break;
	case 'A': options.almost_all = true; break;
	case 'a': options.all = true; break;
	case 'C': options.format = COLUMNS_DOWN; break;
	case 'c': options.stamp = CHANGED; break;
	case 'd': options.directories_as_files = true; options.recursive = false; break;
	case 'F': options.classify = true; break;
	case 'f': options.order = UNSORTED; options.all = true; break;
	case 'g': options.format = LONG; options.no_owner = true; break;
	case 'H': options.follow = ARGUMENTS; break;
	case 'h': options.human = true; break;
	case 'i': options.inode = true; break;
	case 'k': options.block_size = 1024; options.human = false; break;
	case 'L': options.follow = ALWAYS; break;
	case 'l': options.format = LONG; break;
	case 'm': options.format = STREAM; break;
	case 'n': options.format = LONG; options.numeric = true; break;
	case 'o': options.format = LONG; options.no_group = true; break;
	case 'P': options.follow = NEVER; break;
	case 'p': options.mark_directories = true; break;
	case 'q': options.question_marks = true; break;
	case 'R': options.recursive = true; break;
	case 'r': options.reverse = true; break;
	case 'S': options.order = BY_SIZE; break;
	case 's': options.blocks = true; break;
	case 'T': options.whole_time = true; break;
	case 't': options.order = BY_TIME; break;
	case 'U': options.stamp = BORN; break;
	case 'u': options.stamp = ACCESSED; break;
	case 'x': options.format = COLUMNS_ACROSS; break;
	default: usage_error(usage);
	}
}

int
main(int argc, char **argv)
{
	struct winsize size;
	const char *columns = getenv("COLUMNS");
	static char *here[] = { ".", NULL };
	int c;

	answer_help(argc, argv, usage);
	if (isatty(STDOUT_FILENO)) {
		options.format = COLUMNS_DOWN;
		options.question_marks = true;
		if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
			options.width = size.ws_col;
	}
	if (columns != NULL && atoi(columns) > 0)
		options.width = atoi(columns);
	if (getenv("BLOCKSIZE") != NULL) {
		int length;

		getbsize(&length, &options.block_size);
	}
	while ((c = getopt(argc, argv, "1AaCcdFfgHhiklLmnoPpqRrSsTtUux")) != -1)
		set_option(c);
	argc -= optind;
	argv += optind;
	list_arguments(argc > 0 ? argc : 1, argc > 0 ? argv : here);
	return output_failed() ? 1 : status;
}
