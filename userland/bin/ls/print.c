/* ls: the forms in which a list of files is printed. */
#include <ctype.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ls.h"

#define HALF_YEAR (365 * 86400 / 2)

/* How wide the columns of a listing are. */
struct widths {
	int inode, blocks, links, owner, group, size, name;
};

static int
digits(unsigned long long n)
{
	int count = 1;

	while (n >= 10) {
		n /= 10;
		count++;
	}
	return count;
}

static long long
blocks_of(const struct stat *st)
{
	return ((long long)st->st_blocks * 512 + options.block_size - 1) / options.block_size;
}

static void
print_human(int width, long long bytes)
{
	char buffer[8];

	humanize_number(buffer, 5, bytes, "", HN_AUTOSCALE, HN_DECIMAL | HN_NOSPACE | HN_B);
	printf("%*s", width, buffer);
}

static void
print_blocks(const struct entry *e, const struct widths *w)
{
	if (options.human)
		print_human(w->blocks, (long long)e->st.st_blocks * 512);
	else
		printf("%*lld", w->blocks, blocks_of(&e->st));
}

static const char *
owner_of(const struct entry *e)
{
	static char number[16];

	if (!options.numeric)
		return user_from_uid(e->st.st_uid, 0);
	snprintf(number, sizeof(number), "%u", (unsigned)e->st.st_uid);
	return number;
}

static const char *
group_of(const struct entry *e)
{
	static char number[16];

	if (!options.numeric)
		return group_from_gid(e->st.st_gid, 0);
	snprintf(number, sizeof(number), "%u", (unsigned)e->st.st_gid);
	return number;
}

static int
size_width(const struct entry *e)
{
	if (S_ISCHR(e->st.st_mode) || S_ISBLK(e->st.st_mode)) {
		int low = digits(minor(e->st.st_rdev));

		return digits(major(e->st.st_rdev)) + 2 + (low < 3 ? 3 : low);
	}
	return options.human ? 5 : digits((unsigned long long)e->st.st_size);
}

static char
type_mark(mode_t mode)
{
	if (S_ISDIR(mode))
		return options.classify || options.mark_directories ? '/' : '\0';
	if (!options.classify)
		return '\0';
	if (S_ISLNK(mode))
		return '@';
	if (S_ISSOCK(mode))
		return '=';
	if (S_ISFIFO(mode))
		return '|';
	return S_ISREG(mode) && (mode & 0111) != 0 ? '*' : '\0';
}

static void
print_name(const char *name)
{
	for (; *name != '\0'; name++)
		putchar(options.question_marks && iscntrl((unsigned char)*name) ? '?' : *name);
}

/* The inode number and the blocks, before a name; then the name and its mark. How many columns it took. */
static int
print_short(const struct entry *e, const struct widths *w)
{
	char mark = type_mark(e->st.st_mode);
	int count = (int)strlen(e->name) + (mark != '\0');

	if (options.inode) {
		printf("%*llu ", w->inode, (unsigned long long)e->st.st_ino);
		count += w->inode + 1;
	}
	if (options.blocks) {
		print_blocks(e, w);
		putchar(' ');
		count += w->blocks + 1;
	}
	print_name(e->name);
	if (mark != '\0')
		putchar(mark);
	return count;
}

static void
print_time(const struct entry *e)
{
	char buffer[64];
	time_t when = time_of(e)->tv_sec, now = time(NULL);
	const char *format = "%b %e  %Y";

	if (options.whole_time)
		format = "%b %e %H:%M:%S %Y";
	else if (when > now - HALF_YEAR && when <= now + HALF_YEAR)
		format = "%b %e %H:%M";
	strftime(buffer, sizeof(buffer), format, localtime(&when));
	printf("%s ", buffer);
}

static void
print_long(const struct entry *e, const struct widths *w)
{
	char mode[12], target[1025], mark;
	ssize_t length;

	if (options.inode)
		printf("%*llu ", w->inode, (unsigned long long)e->st.st_ino);
	if (options.blocks) {
		print_blocks(e, w);
		putchar(' ');
	}
	strmode(e->st.st_mode, mode);
	printf("%s %*u ", mode, w->links, (unsigned)e->st.st_nlink);
	if (!options.no_owner)
		printf("%-*s  ", w->owner, owner_of(e));
	if (!options.no_group)
		printf("%-*s  ", w->group, group_of(e));
	if (S_ISCHR(e->st.st_mode) || S_ISBLK(e->st.st_mode)) {
		int low = digits(minor(e->st.st_rdev));

		low = low < 3 ? 3 : low;
		printf("%*u, %*u", w->size - low - 2, (unsigned)major(e->st.st_rdev), low,
		    (unsigned)minor(e->st.st_rdev));
	} else if (options.human)
		print_human(w->size, e->st.st_size);
	else
		printf("%*lld", w->size, (long long)e->st.st_size);
	putchar(' ');
	print_time(e);
	print_name(e->name);
	if ((mark = type_mark(e->st.st_mode)) != '\0')
		putchar(mark);
	if (S_ISLNK(e->st.st_mode) && (length = readlink(e->path, target, sizeof(target) - 1)) >= 0) {
		target[length] = '\0';
		printf(" -> ");
		print_name(target);
	}
	putchar('\n');
}

static struct widths
measure(const struct list *list)
{
	struct widths w = { 0 };

	for (size_t i = 0; i < list->count; i++) {
		const struct entry *e = &list->entries[i];
		int want[7] = { digits(e->st.st_ino), options.human ? 5 : digits((unsigned long long)blocks_of(&e->st)),
		    digits(e->st.st_nlink), 0, 0, 0, (int)strlen(e->name) + (type_mark(e->st.st_mode) != '\0') };
		int *have[7] = { &w.inode, &w.blocks, &w.links, &w.owner, &w.group, &w.size, &w.name };

		if (options.format == LONG) {
			want[3] = (int)strlen(owner_of(e));
			want[4] = (int)strlen(group_of(e));
			want[5] = size_width(e);
		}
		for (int k = 0; k < 7; k++)
			if (want[k] > *have[k])
				*have[k] = want[k];
	}
	return w;
}

static void
print_columns(const struct list *list, const struct widths *w)
{
	int cell = w->name + (options.inode ? w->inode + 1 : 0) + (options.blocks ? w->blocks + 1 : 0) + 2;
	int count = (int)list->count, columns = (options.width + 1) / cell, rows;

	if (columns < 1)
		columns = 1;
	rows = (count + columns - 1) / columns;
	for (int row = 0; row < rows; row++) {
		for (int column = 0, at = 0, printed = 0; column < columns; column++) {
			int i = options.format == COLUMNS_DOWN ? column * rows + row : row * columns + column;

			if (i >= count)
				break;
			for (; at > printed; printed++)
				putchar(' ');
			printed += print_short(&list->entries[i], w);
			at += cell;
		}
		putchar('\n');
	}
}

/* Names with commas between them, as many on a line as fit. */
static void
print_stream(const struct list *list)
{
	static const struct widths none;
	int at = 0;

	for (size_t i = 0; i < list->count; i++) {
		const struct entry *e = &list->entries[i];
		int length = (int)strlen(e->name) + (type_mark(e->st.st_mode) != '\0');

		if (i > 0) {
			bool fits = at + length + 3 <= options.width;

			fputs(fits ? ", " : ",\n", stdout);
			at = fits ? at + 2 : 0;
		}
		at += print_short(e, &none);
	}
	if (list->count > 0)
		putchar('\n');
}

void
print_list(const struct list *list, bool directory)
{
	struct widths w = measure(list);

	if (directory && (options.format == LONG || options.blocks)) {
		long long total = 0;

		for (size_t i = 0; i < list->count; i++)
			total += list->entries[i].st.st_blocks;
		printf("total ");
		if (options.human) {
			print_human(0, total * 512);
			putchar('\n');
		} else
			printf("%lld\n", (total * 512 + options.block_size - 1) / options.block_size);
	}
	switch (options.format) {
	case LONG:
		for (size_t i = 0; i < list->count; i++)
			print_long(&list->entries[i], &w);
		break;
	case COLUMNS_DOWN:
	case COLUMNS_ACROSS:
		print_columns(list, &w);
		break;
	case STREAM:
		print_stream(list);
		break;
	case SINGLE:
		for (size_t i = 0; i < list->count; i++) {
			print_short(&list->entries[i], &w);
			putchar('\n');
		}
	}
}
